/** What is in the cluster before anything is put there. */

/** Every cluster has pods of its own. */
const nameService = `
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec:
  selector: {k8s-app: kube-dns}
  ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: coredns, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: kube-dns}}
  template:
    metadata: {labels: {k8s-app: kube-dns}}
    spec: {containers: [{name: coredns, image: registry.k8s.io/coredns/coredns:v1.13.1}]}
`;

/**
 * Pods get their sidecar, or are redirected to ztunnel, as Istio's injector and node agent would do it: by the labels of
 * pod and namespace. A pod that is written with its status is one that runs already, and stays as it is.
 */
const mesh = `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: mesh}
spec:
  failurePolicy: Fail
  reinvocationPolicy: Never
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  matchConditions:
    - {name: no-host-network, expression: "!object.spec.?hostNetwork.orValue(false)"}
    - {name: is-new, expression: "!object.?status.?phase.hasValue()"}
    - {name: has-no-proxy, expression: "!object.spec.containers.exists(c, c.name == 'istio-proxy' && c.image != 'auto')"}
  variables:
    - {name: labels, expression: "object.metadata.?labels.orValue({})"}
    - {name: annotations, expression: "object.metadata.?annotations.orValue({})"}
    - {name: place, expression: "namespaceObject.metadata.?labels.orValue({})"}
    - {name: wish, expression: "variables.labels[?'sidecar.istio.io/inject'].orValue('')"}
    - name: canonical
      expression: >-
        variables.labels[?'service.istio.io/canonical-name'].orValue(
          variables.labels[?'app.kubernetes.io/name'].orValue(
            variables.labels[?'app'].orValue(object.metadata.?generateName.orValue('unknown-').replace('-', ''))))
    - name: injected
      expression: >-
        variables.wish != 'false' && variables.annotations[?'sidecar.istio.io/inject'].orValue('') != 'false' &&
        ('istio-injection' in variables.place
          ? variables.place['istio-injection'] == 'enabled'
          : 'istio.io/rev' in variables.place || 'istio.io/rev' in variables.labels || variables.wish == 'true')
    - name: ambient
      expression: >-
        variables.labels[?'istio.io/dataplane-mode'].orValue(
          variables.place[?'istio.io/dataplane-mode'].orValue('')) == 'ambient'
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration:
        expression: >-
          variables.injected
            ? Object{
                metadata: Object.metadata{
                  annotations: {'sidecar.istio.io/status': '{"containers":["istio-proxy"]}'},
                  labels: {'security.istio.io/tlsMode': 'istio', 'service.istio.io/canonical-name': variables.canonical}
                },
                spec: Object.spec{
                  containers: [Object.spec.containers{name: 'istio-proxy', image: 'istio/proxyv2:1.31.0'}]
                }
              }
            : variables.ambient
              ? Object{metadata: Object.metadata{annotations: {'ambient.istio.io/redirection': 'enabled'}}}
              : Object{}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: mesh}
spec: {policyName: mesh}
`;

/** Where a mesh keeps its own, of which a cluster need not have anything. */
const istio = `
apiVersion: v1
kind: Namespace
metadata: {name: istio-system}
`;

export const ground: readonly string[] = [mesh, nameService, istio];
