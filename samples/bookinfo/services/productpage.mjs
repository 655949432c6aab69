// The page people see: asks details and reviews at the same time and shows what it got.
import { getJson, sendJson, serve, think, travellingHeaders } from './runtime.mjs';
import { renderPage } from './page.mjs';

const detailsUrl = process.env.DETAILS_URL ?? 'http://details:9080';
const reviewsUrl = process.env.REVIEWS_URL ?? 'http://reviews:9080';
const id = 0;

serve(async (request, response, url) => {
  if (url.pathname === '/') return redirect(response, '/productpage');
  if (url.pathname === '/login' || url.pathname === '/logout') return sign(response, url);
  const asJson = url.pathname === `/api/v1/products/${id}`;
  if (url.pathname !== '/productpage' && !asJson) return sendJson(response, 404, { error: 'Ask for /productpage.' });

  const user = request.headers['end-user'] ?? userOf(request);
  const headers = { ...travellingHeaders(request.headers), ...(user ? { 'end-user': user } : {}) };
  await think(1, 4);
  const [details, reviews] = await Promise.all([
    ask(`${detailsUrl}/details/${id}`, headers),
    ask(`${reviewsUrl}/reviews/${id}`, headers),
  ]);
  if (asJson) return sendJson(response, 200, { details, reviews });
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    ...(reviews.version ? { 'x-reviews-version': reviews.version } : {}),
  });
  response.end(renderPage({ user, details, reviews }));
});

async function ask(url, headers) {
  try {
    return await getJson(url, { headers, timeout: 3000 });
  } catch (error) {
    console.error(`No answer from ${url}: ${error.message}`);
    return { error: error.message };
  }
}

function redirect(response, location, headers = {}) {
  response.writeHead(302, { location, ...headers });
  response.end();
}

function sign(response, url) {
  const user = url.pathname === '/login' ? (url.searchParams.get('user') ?? '') : '';
  const name = /^[a-z0-9-]{1,30}$/i.test(user) ? user : '';
  redirect(response, '/productpage', {
    'set-cookie': `user=${name}; Path=/; HttpOnly; SameSite=Lax${name ? '' : '; Max-Age=0'}`,
  });
}

function userOf(request) {
  return /(?:^|;\s*)user=([a-z0-9-]{1,30})(?:;|$)/i.exec(request.headers.cookie ?? '')?.[1];
}
