/**
 * The headers of every page. Its own code runs under them: nothing is loaded from elsewhere, no string becomes code, nobody
 * frames us, nobody is told anything. docs/protocol.md §10.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "worker-src 'self'",
    "object-src 'none'",
    "child-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Integrity-Policy': 'blocked-destinations=(script)',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), clipboard-read=(), usb=(), serial=()',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains; preload',
  'X-Content-Type-Options': 'nosniff',
}

/** The headers of an answer of the API, which is no page: it must never be run, shown or framed. docs/protocol.md §10.1. */
export const API_SECURITY_HEADERS: Readonly<Record<string, string>> = {
  ...SECURITY_HEADERS,
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
}

/**
 * The page that compares an address, which is behind the `#`, with the one that a web site publishes.
 * docs/decisions/0022-a-second-domain-is-asked-by-a-page-apart.md.
 */
export const PUBLISHED_PATH = '/published'

/** The page whose only work is to start workers: see docs/decisions/0002-workshop-frame.md. */
export const WORKSHOP_PATH = '/workshop'

/**
 * The headers of one file of the client, other than the page at `PUBLISHED_PATH`.
 * @param importMap - the one inline script that a page may hold, as CSP names it: `'sha256-…'`. It is no code: it says what each
 *   script must hold. docs/decisions/0015-every-script-is-named-by-its-hash.md.
 */
export function pageHeaders(path: string, importMap?: string): Readonly<Record<string, string>> {
  if (path === WORKSHOP_PATH) return { ...SECURITY_HEADERS, 'Content-Security-Policy': WORKSHOP_POLICY }
  if (importMap === undefined) return SECURITY_HEADERS
  const policy = SECURITY_HEADERS['Content-Security-Policy']?.replace(OWN_SCRIPTS, `${OWN_SCRIPTS} ${importMap}`) ?? ''
  return { ...SECURITY_HEADERS, 'Content-Security-Policy': policy }
}

const OWN_SCRIPTS = "script-src 'self'"

// Starting a worker is a Trusted Types sink, and the page allows no policy at all. So an empty page of our own does it:
// it may be framed by us alone, loads one script, and has no content, no input and no connection.
const WORKSHOP_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

/**
 * The headers of the page at `PUBLISHED_PATH`, which may ask any web site. So it holds nothing that anybody could want: it has an
 * origin of its own (`sandbox`), with no way to what the client keeps, and nothing can frame it.
 * @param script - its one script, as CSP names it: `'sha256-…'` @param style - its one sheet
 */
export function publishedHeaders(script: string, style: string): Readonly<Record<string, string>> {
  const policy = [
    // Forms: a press of Enter. They lead nowhere. Popups: the link to the file, which another page's sandbox must not change.
    'sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox',
    "default-src 'none'",
    `script-src ${script}`,
    `style-src ${style}`,
    'connect-src https:',
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  // By HTML a browser does not show a sandboxed page that wants to be alone with its origin: it has none. HTML §7.4.5.
  return { ...SECURITY_HEADERS, 'Content-Security-Policy': policy, 'Cross-Origin-Opener-Policy': 'unsafe-none' }
}
