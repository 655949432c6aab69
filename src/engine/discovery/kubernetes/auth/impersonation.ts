import type { UserEntry } from '../kubeconfig/kubeconfig-entries.ts';

/** Headers that ask the server to act as somebody else, as client-go writes them. Values of one name are repeated headers. */
export function impersonationHeaders(user: UserEntry): Readonly<Record<string, string | readonly string[]>> {
  if (user.impersonate === '') return {};
  return {
    'Impersonate-User': user.impersonate,
    ...(user.impersonateUid !== '' && { 'Impersonate-Uid': user.impersonateUid }),
    ...(user.impersonateGroups.length > 0 && { 'Impersonate-Group': user.impersonateGroups }),
    ...Object.fromEntries(
      [...user.impersonateExtra]
        .filter(([, values]) => values.length > 0)
        .map(([key, values]) => [`Impersonate-Extra-${escapedKey(key)}`, values]),
    ),
  };
}

/** Bytes that a header's name may not have, and the percent sign, are percent-encoded. */
function escapedKey(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[!#$&'*+.^_`|~0-9A-Za-z-]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
