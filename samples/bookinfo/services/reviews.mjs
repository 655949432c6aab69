// Reviews of a book. v1 shows no stars; v2 shows them in black and v3 in red, and both ask ratings for them.
import { getJson, instance, name, sendJson, serve, think, travellingHeaders, version } from './runtime.mjs';

const ratingsUrl = process.env.RATINGS_URL ?? 'http://ratings:9080';
const colors = { v2: 'black', v3: 'red' };
const color = colors[version];

const reviews = [
  {
    reviewer: 'Reviewer1',
    text: 'An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!',
  },
  {
    reviewer: 'Reviewer2',
    text: 'Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare.',
  },
];

serve(async (request, response, url) => {
  const id = /^\/reviews\/(\d{1,9})$/.exec(url.pathname)?.[1];
  if (id === undefined) return sendJson(response, 404, { error: 'Ask for /reviews/{id}.' });
  await think(2, 6);
  const rate = color === undefined ? () => ({}) : await ratingsOf(id, request);
  sendJson(response, 200, {
    id,
    workload: name,
    instance,
    version,
    reviews: reviews.map((review) => ({ ...review, ...rate(review.reviewer) })),
  });
});

/** Reviews without stars are better than no reviews: where ratings does not answer, that is said instead. */
async function ratingsOf(id, request) {
  try {
    const { ratings } = await getJson(`${ratingsUrl}/ratings/${id}`, {
      headers: travellingHeaders(request.headers),
      timeout: 2500,
    });
    return (reviewer) => ({ rating: { stars: ratings[reviewer], color } });
  } catch (error) {
    console.error(`No ratings: ${error.message}`);
    return () => ({ rating: { error: 'Ratings are not available right now.' } });
  }
}
