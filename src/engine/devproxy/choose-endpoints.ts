import type { ModelEndpoint } from '../model/endpoints.ts';

/**
 * The endpoints of a service that get a tunnel, at most `limit`: spread evenly over its workloads, as subsets select them,
 * and those that have one first, so that a change elsewhere moves nobody's connections.
 */
export function chooseEndpoints(
  endpoints: readonly ModelEndpoint[],
  limit: number,
  hasTunnel: (endpoint: ModelEndpoint) => boolean,
): readonly ModelEndpoint[] {
  const groups = new Map<string, ModelEndpoint[]>();
  for (const endpoint of [...endpoints.filter(hasTunnel), ...endpoints.filter((one) => !hasTunnel(one))]) {
    const group = groups.get(endpoint.workload);
    if (group) group.push(endpoint);
    else groups.set(endpoint.workload, [endpoint]);
  }
  const chosen = new Set<ModelEndpoint>();
  for (let round = 0; chosen.size < limit && chosen.size < endpoints.length; round++) {
    for (const group of groups.values()) {
      const endpoint = group[round];
      if (endpoint && chosen.size < limit) chosen.add(endpoint);
    }
  }
  return endpoints.filter((endpoint) => chosen.has(endpoint));
}
