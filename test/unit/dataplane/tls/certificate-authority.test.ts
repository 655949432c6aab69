import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { CertificateAuthority } from '../../../../src/engine/dataplane/tls/certificate-authority.ts';
import { readSvid } from '../../../../src/engine/dataplane/tls/svid.ts';

const principal = 'spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews';
const day = 24 * 3_600_000;

test('issues SVIDs that Node verifies against the bundle', async () => {
  const now = Date.parse('2026-01-02T03:04:05.678Z');
  const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local', now: () => now });
  const leaf = await authority.issue(principal, { dnsNames: ['reviews.bookinfo.svc', 'reviews'] });
  const root = new X509Certificate(authority.trustBundlePem);
  const certificate = new X509Certificate(leaf.certificatePem);

  assert.ok(certificate.checkIssued(root));
  assert.ok(certificate.verify(root.publicKey));
  assert.ok(certificate.checkPrivateKey(createPrivateKey(leaf.privateKeyPem)));
  assert.equal(certificate.subjectAltName, `URI:${principal}, DNS:reviews.bookinfo.svc, DNS:reviews`);
  assert.deepEqual(readSvid(certificate), { principal, trustDomain: 'cluster.local' });
  assert.equal(certificate.ca, false);
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  // Extended key usage: TLS server and client.
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  assert.equal(certificate.validFrom, 'Jan  2 03:02:05 2026 GMT');
  assert.equal(certificate.validTo, 'Jan  3 03:04:05 2026 GMT');
  assert.equal(leaf.notAfter, Date.parse('2026-01-03T03:04:05Z'));
  assert.equal(root.ca, true);
  assert.equal(root.subjectAltName, 'URI:spiffe://cluster.local');
});

test('a leaf never outlives its authority', async () => {
  const now = Date.parse('2026-01-02T03:04:05Z');
  const authority = await CertificateAuthority.create({
    trustDomain: 'cluster.local',
    now: () => now,
    validityMs: day / 2,
  });
  assert.equal((await authority.issue(principal)).notAfter, now + day / 2);
  assert.equal((await authority.issue(principal, { validityMs: 60_000 })).notAfter, now + 60_000);
});

test('keys and serial numbers are new each time', async () => {
  const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const leafs = await Promise.all(Array.from({ length: 8 }, () => authority.issue(principal)));
  assert.equal(new Set(leafs.map(({ privateKeyPem }) => privateKeyPem)).size, 8);
  const serials = leafs.map(({ certificatePem }) => new X509Certificate(certificatePem).serialNumber);
  assert.equal(new Set(serials).size, 8);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
});

test('refuses trust domains and principals that are none', async () => {
  for (const trustDomain of ['', 'Cluster.Local', 'cluster.local/path', 'a b', 'td:80']) {
    await assert.rejects(CertificateAuthority.create({ trustDomain }), /no SPIFFE trust domain/);
  }
  const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  for (const foreign of ['spiffe://other/ns/a/sa/b', 'spiffe://cluster.local', 'reviews', `${principal}?x`, '']) {
    await assert.rejects(authority.issue(foreign), /no SPIFFE id/);
  }
});

test('shows no key when it is logged', async () => {
  const authority = await CertificateAuthority.create({ trustDomain: 'cluster.local' });
  const logged = `${inspect(authority, { depth: 10, showHidden: true })} ${JSON.stringify(authority)}`;
  assert.doesNotMatch(logged, /PRIVATE KEY|PrivateKey|CryptoKey/);
});
