/** Labels that the platform or the injector gives to what runs, and no file shows. */
export function isGivenLabel(key: string): boolean {
  return (
    /(?:^|\.)(?:topology\.|failure-domain\.|kubernetes\.io\/|istio\.io\/)/.test(key) ||
    key === 'security.istio.io/tlsMode'
  );
}
