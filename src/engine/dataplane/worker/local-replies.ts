import { HeaderList } from '../http/header-list.ts';

let dateSecond = 0;
let dateText = '';

/** The Date header of now; formatted once a second. */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}

/** Words as a line, so that a shell does not put its prompt behind them. Nothing stays nothing. */
export function asLine(words: string): string {
  return words === '' ? '' : `${words}\n`;
}

/** Header of an answer the proxy gives itself. */
export function localReplyHeaders(hasBody: boolean): HeaderList {
  const headers = new HeaderList();
  if (hasBody) headers.append('content-type', 'text/plain');
  headers.append('date', httpDate());
  headers.append('server', 'meshlens');
  return headers;
}
