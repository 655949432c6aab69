// The HTML of the product page.

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (value) => String(value).replace(/[&<>"']/g, (character) => escapes[character]);

const style = `
  :root { color-scheme: light dark; --ink: #1d2330; --soft: #5d6678; --paper: #f6f4ef; --card: #fff; --line: #e3ded3;
    --accent: #8a3324; --red: #c8322b; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e9e6df; --soft: #a3a9b6; --paper: #17191f; --card: #20232b;
    --line: #343945; --accent: #e79a7f; --red: #ff6f66; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
  header, main { max-width: 60rem; margin: 0 auto; padding: 0 1.5rem; }
  header { display: flex; align-items: center; justify-content: space-between; padding-block: 1.25rem; }
  header strong { letter-spacing: .02em; }
  a { color: var(--accent); }
  .book { display: grid; grid-template-columns: 13rem 1fr; gap: 2.5rem; padding-block: 1.5rem 2.5rem; }
  .cover { aspect-ratio: 2 / 3; border-radius: .35rem .7rem .7rem .35rem; padding: 1.4rem 1.2rem; color: #fdf6ec;
    background: linear-gradient(100deg, #0004 0 4%, #0000 7%), linear-gradient(160deg, #8a3324, #4d1a26);
    box-shadow: 0 1rem 2rem -1rem #0008; display: flex; flex-direction: column; justify-content: space-between; }
  .cover b { font: 600 1.55rem/1.15 Georgia, serif; }
  h1 { font: 600 2.3rem/1.15 Georgia, serif; margin: 0 0 .5rem; }
  h2 { font: 600 1.25rem/1.3 Georgia, serif; margin: 0 0 .9rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.5rem; margin: 1.4rem 0 0; }
  dt { color: var(--soft); } dd { margin: 0; }
  .reviews { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem; }
  blockquote { margin: 0; padding: 1.2rem 1.3rem; background: var(--card); border: 1px solid var(--line);
    border-radius: .6rem; }
  blockquote p { margin: 0 0 .8rem; }
  cite { color: var(--soft); font-style: normal; font-size: .9rem; }
  .stars { font-size: 1.15rem; letter-spacing: .12em; } .stars.red { color: var(--red); }
  .note { color: var(--soft); font-size: .9rem; } .failed { color: var(--red); }
  @media (max-width: 40rem) { .book { grid-template-columns: 1fr; } .cover { max-width: 11rem; } }
`;

export function renderPage({ user, details, reviews }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>The Comedy of Errors · Bookinfo</title>
<style>${style}</style>
</head>
<body>
<header><strong>Bookinfo</strong><span>${renderUser(user)}</span></header>
<main>
<section class="book">
  <div class="cover" aria-hidden="true"><b>The Comedy of Errors</b><span>William Shakespeare</span></div>
  <div>
    <h1>The Comedy of Errors</h1>
    <p>One of Shakespeare’s early plays, his shortest and one of his most farcical: two sets of identical twins who were
    accidentally separated at birth, a good part of the humour being slapstick and mistaken identity, besides puns and
    word play.</p>
    ${renderDetails(details)}
  </div>
</section>
<section>
  <h2>Reviews</h2>
  ${renderReviews(reviews)}
</section>
</main>
</body>
</html>
`;
}

function renderUser(user) {
  return user
    ? `Signed in as <b>${escape(user)}</b> · <a href="/logout">Sign out</a>`
    : '<a href="/login?user=jason">Sign in as jason</a>';
}

function renderDetails({ error, id: _id, ...facts }) {
  if (error) return '<p class="failed">The details of this book are not available right now.</p>';
  const rows = Object.entries(facts).map(
    ([key, value]) => `<dt>${escape(key[0].toUpperCase() + key.slice(1))}</dt><dd>${escape(value)}</dd>`,
  );
  return `<dl>${rows.join('')}</dl>`;
}

function renderReviews({ error, reviews, version, instance }) {
  if (error) return '<p class="failed">The reviews of this book are not available right now.</p>';
  const cards = reviews.map(
    ({ reviewer, text, rating }) =>
      `<blockquote><p>${escape(text)}</p>${renderRating(rating)}<cite>${escape(reviewer)}</cite></blockquote>`,
  );
  return `<div class="reviews">${cards.join('')}</div>
  <p class="note">Served by reviews ${escape(version)} (${escape(instance)})</p>`;
}

function renderRating(rating) {
  if (!rating) return '';
  if (rating.error) return `<p class="failed">${escape(rating.error)}</p>`;
  const stars = Math.max(0, Math.min(5, Number(rating.stars) || 0));
  const color = rating.color === 'red' ? 'red' : 'black';
  return `<p class="stars ${color}" aria-label="${stars} of 5 stars">${'★'.repeat(stars)}${'☆'.repeat(5 - stars)}</p>`;
}
