import { choice, flag, list, record, text, texts } from '../../schema.ts';

const tlsVersions = ['TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'];

/** TLS of a listener: at gateways, and at the ingress of a Sidecar. */
export const serverTls = record(
  'How TLS is ended here, or passed on.',
  {
    httpsRedirect: flag('Answer plain HTTP with a redirect to HTTPS.'),
    mode: choice('`SIMPLE` shows a certificate, `MUTUAL` also asks for one, `PASSTHROUGH` leaves TLS to the service.', [
      'PASSTHROUGH',
      'SIMPLE',
      'MUTUAL',
      'AUTO_PASSTHROUGH',
      'ISTIO_MUTUAL',
      'OPTIONAL_MUTUAL',
    ]),
    serverCertificate: text('File with the certificate.'),
    privateKey: text('File with its key.'),
    caCertificates: text('File with the authorities client certificates are checked against.'),
    caCrl: text('File with revoked certificates.'),
    credentialName: text('Secret with certificate and key, in the namespace of the gateway’s workload.'),
    credentialNames: list('Two secrets, for an RSA and an ECDSA certificate.', text('Name of the secret.'), {
      minItems: 1,
      maxItems: 2,
    }),
    caCertCredentialName: text('Secret or ConfigMap with the authorities.'),
    tlsCertificates: list(
      'Up to two certificates, RSA and ECDSA.',
      record('One certificate.', {
        serverCertificate: text('File with the certificate.'),
        privateKey: text('File with its key.'),
        caCertificates: text('File with the authorities.'),
      }),
      { minItems: 1, maxItems: 2 },
    ),
    subjectAltNames: texts('Names of which the client’s certificate must carry one.'),
    verifyCertificateSpki: texts('Base64 SHA-256 of public keys that are accepted.'),
    verifyCertificateHash: texts('SHA-256 of certificates that are accepted.'),
    minProtocolVersion: choice('Lowest version of TLS.', tlsVersions),
    maxProtocolVersion: choice('Highest version of TLS.', tlsVersions),
    cipherSuites: texts('Cipher suites that may be used.'),
    ecdhCurves: texts('Curves that may be used.'),
    insecureSkipVerify: flag('Do not check client certificates.', { nullable: true }),
  },
  {
    exclusive: [
      ['credentialName', 'credentialNames'],
      ['credentialNames', 'tlsCertificates'],
    ],
  },
);
