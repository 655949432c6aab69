/** Annotation of a WorkloadEntry: name of the workload whose instance it is. */
export const workloadAnnotation = 'meshlens.dev/workload';
