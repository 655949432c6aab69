import { Kinds } from '../../../model/kinds.ts';
import type { PeerAuthenticationIndex } from '../../semantics/mutual-tls.ts';
import { readPeerAuthentications } from '../../semantics/mutual-tls.ts';
import type { Index } from '../check.ts';

export const peerAuthentications: Index<PeerAuthenticationIndex> = {
  inputs: [Kinds.peerAuthentication],
  relevant: ({ spec }) => spec,
  build: (objects) => readPeerAuthentications(objects.ofKind(Kinds.peerAuthentication)),
};
