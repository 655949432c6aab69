/** What istioctl expects in its own test cases that is not so, or not ours to say, with why. */
import type { FalsePositives } from './istioctl-cluster-exceptions.ts';

export const ownFalsePositives: readonly FalsePositives[] = [
  {
    reason: 'a text with actions of a template in it is not what is applied, so nothing is said of the document',
    findings: ['IST0107 Pod default/grafana-test', 'IST0136 Pod default/anno-not-set-by-default'],
  },
  {
    reason: 'the annotation is not where Istio reads it, which is said instead',
    findings: ['IST0136 Deployment default/fortio-deploy'],
  },
  {
    reason: 'nothing runs in the namespace, so nothing there lacks a sidecar',
    findings: ['IST0102 Namespace bar', 'IST0148 Namespace bar'],
  },
  {
    reason: 'a Pod that is written in a file gets its sidecar when it is made',
    findings: ['IST0103 Pod default/noninjectedpod'],
  },
  {
    reason: 'nothing tells that the Service is one of a mesh',
    findings: [
      'IST0118 Service my-namespace1/my-service1',
      'IST0118 Service my-namespace2/my-service2',
      'IST0150 Service nginx-ns/nginx',
      'IST0150 Service nginx-ns2/nginx-svc2',
      'IST0150 Service nginx-ns3/nginx-svc3',
    ],
  },
  {
    reason: 'the hosts differ: requests go by the longer one, and both VirtualServices count',
    findings: ['IST0109 VirtualService bar/productpage-d', 'IST0109 VirtualService foo/productpage-d'],
  },
  {
    reason: 'the Gateway is for no host at all, which is said there as what the webhook refuses',
    findings: ['IST0132 VirtualService default/cross-test', 'IST0132 VirtualService default/httpbin'],
  },
  {
    reason: 'it says twice that the gateway does not exist: once more as having none of the hosts',
    findings: ['IST0132 VirtualService default/httpbin-bogus'],
  },
  {
    reason: 'nothing declares the namespace, whose labels may call the injector',
    findings: ['IST0146 Deployment not-injected/non-injected-gateway-deployment', 'IST0147 Pod default/injected-pod'],
  },
  {
    reason: 'no other EnvoyFilter here changes what the patch goes by, so their order does not matter',
    findings: [
      'IST0151 EnvoyFilter bookinfo/test-relative-1',
      'IST0151 EnvoyFilter bookinfo/test-relative-2',
      'IST0151 EnvoyFilter bookinfo/test-relative-3',
      'IST0151 EnvoyFilter bookinfo/test-remove-1',
      'IST0155 EnvoyFilter bookinfo/test-relative-3',
    ],
  },
  {
    reason: 'istiod carries the operation out there, whatever the reference says of it',
    findings: ['IST0153 EnvoyFilter bookinfo/test-auth-3', 'IST0154 EnvoyFilter bookinfo/test-remove-3'],
  },
  {
    reason: 'Istio leaves out the patch, which does not say what it removes, and that is said instead',
    findings: ['IST0151 EnvoyFilter bookinfo/test-remove-5'],
  },
];
