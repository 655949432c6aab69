/** Where policies name a service to send traffic to. */

const destinations = [
  'http[].route[].destination',
  'http[].mirror',
  'http[].mirrors[].destination',
  'tls[].route[].destination',
  'tcp[].route[].destination',
  'outboundTrafficPolicy.egressProxy',
];

export function destinationPatterns(field: string): readonly string[] {
  return destinations.map((destination) => `${destination}.${field}`);
}
