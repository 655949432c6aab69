import type { KindSchema } from '../../kind-schema.ts';
import { choice, flag, list, record, text, textMap, texts, unsigned } from '../../schema.ts';

const tlsVersions = ['TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'];

const tls = record(
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
    credentialNames: texts('Two secrets, for an RSA and an ECDSA certificate.'),
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
  { exclusive: [['credentialName', 'credentialNames', 'tlsCertificates']] },
);

export const gateway: KindSchema = {
  group: 'networking.istio.io',
  kind: 'Gateway',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  help: 'Where traffic enters or leaves the mesh: ports, protocols, hosts and certificates of a gateway workload.',
  required: [],
  fields: {
    spec: record('The workload and what it listens on.', {
      selector: textMap('Labels of the workload that is the gateway.'),
      servers: list(
        'What it listens on.',
        record(
          'One listener.',
          {
            port: record(
              'The port.',
              {
                number: unsigned('Number of the port.'),
                protocol: text('`HTTP`, `HTTPS`, `GRPC`, `HTTP2`, `MONGO`, `TCP` or `TLS`.'),
                name: text('A name for the port.'),
                targetPort: unsigned('Not used any more.', { deprecated: '`number`' }),
              },
              { required: ['number', 'protocol', 'name'] },
            ),
            bind: text('Address or socket to listen on.'),
            hosts: texts('Hosts that are served, as `host` or `namespace/host`. `*` stands for any.'),
            tls,
            defaultEndpoint: text('Loopback address to which traffic goes; Istio ignores it.'),
            name: text('A name for the listener.'),
          },
          { required: ['port', 'hosts'] },
        ),
      ),
    }),
  },
};
