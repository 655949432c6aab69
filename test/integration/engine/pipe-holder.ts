/** Argument by which the process is known that holds the pipes of an engine whose parent is gone. */
export const pipeHolder = 'holds-pipes';
