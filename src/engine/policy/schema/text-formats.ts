/** Formats of texts: durations of the mesh APIs, and the `format` words that the API server checks in CRDs. */
import { isIP } from 'node:net';
import { parseGoDuration } from '../../../shared/go-duration.ts';

/** The first two are ours: Go durations that may not be negative, or must be at least 1 ms. */
export type TextFormat = 'duration' | 'positive-duration' | KubernetesFormat;

export type KubernetesFormat =
  | 'go-duration'
  | 'date-time'
  | 'date'
  | 'byte'
  | 'ipv4'
  | 'ipv6'
  | 'cidr'
  | 'uri'
  | 'hostname'
  | 'email'
  | 'mac'
  | 'uuid'
  | 'bsonobjectid'
  | 'hexcolor'
  | 'k8s-short-name'
  | 'k8s-long-name';

interface FormatRule {
  readonly accepts: (text: string) => boolean;
  /** To follow "must be". */
  readonly help: string;
}

const matches =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const hostLabel = '[a-zA-Z0-9](?:[-_a-zA-Z0-9]{0,61}[a-zA-Z0-9])?';
const clock = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d';
const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const dateTime = new RegExp(`^(\\d{4}-\\d{2}-\\d{2})[Tt]${clock}(?:[.,]\\d+)?(?:[Zz]|[+-]\\d{2}:?\\d{2})$`);

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const most = month === 2 && !isLeap ? 28 : (days[month - 1] ?? 0);
  return day >= 1 && day <= most;
}

/** As Go's `net.ParseCIDR`, which wants no leading zeros in the length. */
export function isCidr(text: string): boolean {
  const slash = text.lastIndexOf('/');
  const [address, length] = [text.slice(0, Math.max(0, slash)), text.slice(slash + 1)];
  if (slash < 0 || !/^(?:0|[1-9]\d{0,2})$/.test(length) || address.includes('%')) return false;
  const family = isIP(address);
  return family === 4 ? Number(length) <= 32 : family === 6 && Number(length) <= 128;
}

/** As Go's `url.ParseRequestURI`: an absolute URL or an absolute path, without blanks and control characters. */
function isUri(text: string): boolean {
  const isPrintable = Array.from(text).every((character) => character > ' ' && character !== '\u007f');
  if (text === '' || !isPrintable || /%(?![0-9a-fA-F]{2})/.test(text)) return false;
  return text.startsWith('/') || /^[a-zA-Z][-+.a-zA-Z0-9]*:(?:\/\/|[^/]).*$/.test(text);
}

const formats: Readonly<Record<KubernetesFormat, FormatRule>> = {
  'go-duration': {
    accepts: (text) => parseGoDuration(text) !== undefined || /^\d+(?:\.\d+)?\s*[a-z\u00b5\u03bc]+$/i.test(text),
    help: 'a duration such as `500ms` or `1h30m`',
  },
  'date-time': {
    accepts: (text) => isDate(dateTime.exec(text)?.[1] ?? ''),
    help: 'a date and time such as `2024-05-01T12:00:00Z`',
  },
  date: { accepts: isDate, help: 'a date such as `2024-05-01`' },
  byte: {
    accepts: (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text),
    help: 'Base64',
  },
  ipv4: { accepts: (text) => isIP(text) === 4, help: 'an IPv4 address' },
  ipv6: { accepts: (text) => isIP(text) === 6 && !text.includes('%'), help: 'an IPv6 address' },
  cidr: { accepts: isCidr, help: 'an address range such as `10.0.0.0/8`' },
  uri: { accepts: isUri, help: 'a URL' },
  hostname: {
    accepts: (text) => text.length <= 255 && new RegExp(`^${hostLabel}(?:\\.${hostLabel})*\\.?$`).test(text),
    help: 'a host name',
  },
  email: { accepts: matches(/^[^\s@<>]+@[^\s@<>]+$/), help: 'an e-mail address' },
  mac: {
    accepts: matches(/^[0-9a-fA-F]{2}(?:([:-])[0-9a-fA-F]{2})(?:\1[0-9a-fA-F]{2}){4}(?:(?:\1[0-9a-fA-F]{2}){2})?$/),
    help: 'a hardware address',
  },
  uuid: {
    accepts: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i),
    help: 'a UUID',
  },
  bsonobjectid: { accepts: matches(/^[0-9a-fA-F]{24}$/), help: '24 hexadecimal digits' },
  hexcolor: { accepts: matches(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/), help: 'a colour such as `#ff8800`' },
  'k8s-short-name': {
    accepts: matches(new RegExp(`^${label}$`)),
    help: 'at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends',
  },
  'k8s-long-name': {
    accepts: (text) => text.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`).test(text),
    help: 'lower-case letters, digits, `-` and `.`, with a letter or digit at both ends',
  },
};

export function isKubernetesFormat(format: string): format is KubernetesFormat {
  return Object.hasOwn(formats, format);
}

/** What a text of the format must be; undefined where it is. */
export function formatProblem(text: string, format: KubernetesFormat): string | undefined {
  return formats[format].accepts(text) ? undefined : formats[format].help;
}
