/**
 * Transports of an edition, best first. Each opens at once, hands on what it hears, says once that it
 * is over (`true`: don't come back), and returns how to close it.
 */

const POLL_S = 5;
const STAY_AWAY = [403, 404, 422];

/** WebSocket (RFC 6455). */
export function socket({ live }, hear, over) {
  const connection = new WebSocket(live.replace(/^http/, "ws"));
  connection.onmessage = (event) => hear(event.data);
  connection.onclose = ({ code }) => over(code === 1008 || (code >= 4400 && code < 4800));
  return () => {
    connection.onmessage = connection.onclose = null;
    connection.close();
  };
}

/** Server-Sent Events (HTML, 9.2), for where a proxy lets no WebSocket through. */
export function stream({ live }, hear, over) {
  const source = new EventSource(live);
  source.onmessage = (event) => hear(event.data);
  source.onerror = () => over(false);
  return () => source.close();
}

/** Polling, for where a proxy holds streams back: the board again and again. Only here a refusal can be told. */
export function poll({ board }, hear, over) {
  let timer;
  let again = false;
  const life = new AbortController();
  const ask = async () => {
    try {
      const answer = await fetch(board, { cache: "no-cache", signal: life.signal });
      if (!answer.ok) throw answer.status;
      const about = { type: "hello", reset: true, again, now: answer.headers.get("date"), beat: 2 * POLL_S };
      hear(JSON.stringify({ ...about, ...(await answer.json()) }));
      again = true;
      timer = setTimeout(ask, POLL_S * 1000 * (0.75 + Math.random() / 2));
    } catch (error) {
      if (!life.signal.aborted) over(STAY_AWAY.includes(error));
    }
  };
  ask();
  return () => {
    life.abort();
    clearTimeout(timer);
  };
}
