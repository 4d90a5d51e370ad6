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
  let [again, timer, close] = [false];
  const turn = () => {
    // From question to question, not from answer to question: the hub counts those who ask by how often they do.
    const due = performance.now() + POLL_S * 1000;
    const take = (lines, { headers }) => {
      timer = setTimeout(turn, due - performance.now());
      hear(JSON.stringify({ type: "hello", reset: true, again, now: headers.get("date"), beat: 2 * POLL_S, ...lines }));
      again = true;
    };
    close = ask({ board: `${board}&poll=${POLL_S}` }, take, over);
  };
  turn();
  return () => {
    close();
    clearTimeout(timer);
  };
}

/** The board, once, over plain HTTP. Only here it can be told why not. */
export function ask({ board }, take, over) {
  const life = new AbortController();
  const heard = (then) => (value) => life.signal.aborted || then(value);
  fetch(board, { cache: "no-cache", signal: life.signal })
    .then(async (answer) => [answer, answer.ok && (await answer.json())])
    .then(
      heard(([answer, lines]) => {
        if (lines) return take(lines, answer);
        // What stands before the service has a form of its own to say no.
        if (!/problem/.test(answer.headers.get("content-type"))) return over("away");
        over(REFUSALS.includes(answer.status) ? "stop" : "busy");
      }),
      heard(() => over("away")),
    );
  return () => life.abort();
}
