// Facts about a book.
import { sendJson, serve, think } from './runtime.mjs';

const book = {
  author: 'William Shakespeare',
  year: 1595,
  type: 'paperback',
  pages: 200,
  publisher: 'PublisherA',
  language: 'English',
  'ISBN-10': '1234567890',
  'ISBN-13': '123-1234567890',
};

serve(async (_request, response, url) => {
  const id = /^\/details\/(\d{1,9})$/.exec(url.pathname)?.[1];
  if (id === undefined) return sendJson(response, 404, { error: 'Ask for /details/{id}.' });
  await think(1, 4);
  sendJson(response, 200, { id: Number(id), ...book });
});
