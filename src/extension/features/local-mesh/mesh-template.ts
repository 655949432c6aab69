/** What "Create a Mesh File" writes: the smallest mesh that shows each part, to be changed to what there is. */
export const meshTemplate = (
  name: string,
): string => `# A mesh on this machine: what it is made of and what runs behind each service.
apiVersion: meshlens.dev/v1alpha1
kind: LocalMesh
metadata:
  name: ${name}
  namespace: ${name}
spec:
  services:
    - name: web
      ports: [{ name: http, port: 8080 }]
      workloads:
        - name: web-v1
          version: v1
          run: npm start # a program that listens on the port in $PORT
          health: { http: /, interval: 5s }
`;
