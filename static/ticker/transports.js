/**
 * Transports of an edition, best first. Each opens at once, hands on what it hears, says once that it is
 * over, and returns how to close it.
 *
 * Why it is over, as far as that can be told: `stop`, don't come back; `busy`, not now; `away`, nobody answers.
 */

const POLL_S = 5;
const REFUSALS = [403, 404, 422];

/** WebSocket (RFC 6455). */
export function socket({ live }, hear, over) {
  const connection = new WebSocket(live.replace(/^http/, "ws"));
  connection.onmessage = (event) => hear(event.data);
  connection.onclose = ({ code }) => over(code === 1008 || (code >= 4400 && code < 4800) ? "stop" : "");
  return () => {
    connection.onmessage = connection.onclose = null;
    connection.close();
  };
}

/** Server-Sent Events (HTML, 9.2), for where a proxy lets no WebSocket through. */
export function stream({ live }, hear, over) {
  const source = new EventSource(live);
  source.onmessage = (event) => hear(event.data);
  source.onerror = () => over();
  return () => source.close();
}

/** Polling, for where a proxy holds streams back: the board again and again. */
export function poll({ board }, hear, over) {
  let [again, close] = [false];
  const turn = () => {
    const take = (lines, { headers }) => {
      close = null;
      hear(JSON.stringify({ type: "hello", reset: true, again, now: headers.get("date"), beat: 2 * POLL_S, ...lines }));
      again = true;
    };
    close ??= ask({ board: `${board}&poll=${POLL_S}` }, take, over);
  };
  // By the clock, not so long after an answer: the hub counts those who ask by how often they do.
  const timer = setInterval(turn, POLL_S * 1000);
  turn();
  return () => {
    clearInterval(timer);
    close?.();
  };
}

/** The board, once, over plain HTTP. Only here it can be told why not. */
export function ask({ board }, take, over) {
  const life = new AbortController();
  const { signal } = life;
  const turn = async () => {
    let why = "away";
    try {
      const answer = await fetch(board, { cache: "no-cache", signal });
      const body = await answer.json();
      if (signal.aborted) return;
      if (answer.ok) return take(body, answer);
      // What stands before the service has a form of its own to say no.
      if (/problem/.test(answer.headers.get("content-type"))) why = REFUSALS.includes(answer.status) ? "stop" : "busy";
    } catch {
      // Nobody there, or nobody that we understand.
    }
    if (!signal.aborted) over(why);
  };
  turn();
  return () => life.abort();
}
