// Stars, kept in memory: every instance has its own.
import { instance, readBody, sendJson, serve, think } from './runtime.mjs';

const ratings = new Map();
const initial = { Reviewer1: 5, Reviewer2: 4 };

serve(async (request, response, url) => {
  const id = /^\/ratings\/(\d{1,9})$/.exec(url.pathname)?.[1];
  if (id === undefined) return sendJson(response, 404, { error: 'Ask for /ratings/{id}.' });
  await think(1, 3);
  if (request.method === 'POST') {
    const given = JSON.parse(await readBody(request));
    const valid = Object.values(given).every((stars) => Number.isInteger(stars) && stars >= 1 && stars <= 5);
    if (!valid) return sendJson(response, 400, { error: 'Stars are whole numbers from 1 to 5.' });
    ratings.set(id, given);
  }
  sendJson(response, 200, { id: Number(id), ratings: ratings.get(id) ?? initial, instance });
});
