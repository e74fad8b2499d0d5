import type { Way } from './ways.ts'

/** A browser, as a server tells it from others by what it sends. */
export type Browser = 'chrome' | 'firefox' | 'safari'

export const BROWSERS: readonly Browser[] = ['chrome', 'firefox', 'safari']

/** Its common name. */
export const BROWSER_NAMES: Readonly<Record<Browser, string>> = {
  chrome: 'Chrome',
  firefox: 'Firefox',
  safari: 'Safari',
}

/**
 * The fields that a browser sends after its Host, in its order, over HTTP/1.1. Of Chrome and Firefox as they were seen, of Safari as
 * its own requests over HTTP/2 are. Of the system they name the one on which most people have that browser.
 * @param origin - that is asked. @param codings - for transport that can be undone here.
 */
export function fieldsOf(
  browser: Browser,
  way: Way,
  origin: string,
  codings: readonly string[],
): Record<string, string> {
  const asked: Asked = {
    ...WAYS[way],
    way,
    origin,
    coding: CODINGS[browser].filter((each) => codings.includes(each)).join(', '),
  }
  switch (browser) {
    case 'chrome':
      return ofChrome(asked)
    case 'firefox':
      return ofFirefox(asked)
    case 'safari':
      return ofSafari(asked)
  }
}

function ofChrome({ coding, dest, isAsked, mode, origin, site, way }: Asked): Record<string, string> {
  const rest = {
    Accept: ACCEPTED.chrome[kindOf(way)],
    'Sec-Fetch-Site': site,
    'Sec-Fetch-Mode': mode,
    ...(isAsked === true ? { 'Sec-Fetch-User': '?1' } : {}),
    'Sec-Fetch-Dest': dest,
  }
  const ends = { 'Accept-Encoding': coding, 'Accept-Language': LANGUAGE }
  const [brands, mobile, platform] = [
    { 'sec-ch-ua': '"Not:A-Brand";v="8", "Chromium";v="156", "Google Chrome";v="156"' },
    { 'sec-ch-ua-mobile': '?0' },
    { 'sec-ch-ua-platform': '"Windows"' },
  ]
  const agent = { 'User-Agent': AGENTS.chrome }
  switch (mode) {
    case 'navigate':
      return {
        ...KEPT,
        ...brands,
        ...mobile,
        ...platform,
        'Upgrade-Insecure-Requests': '1',
        ...agent,
        ...rest,
        ...ends,
      }
    case 'same-origin':
      // It says nothing of itself when it starts a worker.
      return { ...KEPT, ...rest, ...agent, ...ends }
    case 'cors':
    case 'no-cors': {
      const from = mode === 'cors' ? { Origin: origin } : {}
      return { ...KEPT, ...from, ...platform, ...agent, ...brands, ...mobile, ...rest, ...ends }
    }
  }
}

function ofFirefox({ coding, dest, isAsked, mode, site, way }: Asked): Record<string, string> {
  const priority = PRIORITIES.firefox[way]
  return {
    'User-Agent': AGENTS.firefox,
    Accept: ACCEPTED.firefox[kindOf(way)],
    'Accept-Language': LANGUAGE,
    'Accept-Encoding': coding,
    ...KEPT,
    ...(mode === 'navigate' ? { 'Upgrade-Insecure-Requests': '1' } : {}),
    'Sec-Fetch-Dest': dest,
    'Sec-Fetch-Mode': mode,
    'Sec-Fetch-Site': site,
    ...(isAsked === true ? { 'Sec-Fetch-User': '?1' } : {}),
    ...(priority === undefined ? {} : { Priority: priority }),
  }
}

function ofSafari({ coding, dest, mode, site, way }: Asked): Record<string, string> {
  return {
    'Sec-Fetch-Dest': dest,
    'User-Agent': AGENTS.safari,
    Accept: ACCEPTED.safari[kindOf(way)],
    'Sec-Fetch-Site': site,
    'Sec-Fetch-Mode': mode,
    'Accept-Language': LANGUAGE,
    Priority: PRIORITIES.safari[way],
    'Accept-Encoding': coding,
    ...KEPT,
  }
}

interface Fields {
  readonly dest: string
  readonly mode: 'navigate' | 'cors' | 'no-cors' | 'same-origin'
  readonly site: 'none' | 'cross-site' | 'same-origin'
  /** A person did it. */
  readonly isAsked?: true
}

type Asked = Fields & { readonly way: Way; readonly origin: string; readonly coding: string }

const WAYS: Readonly<Record<Way, Fields>> = {
  /** Typed into the address bar. */
  document: { dest: 'document', mode: 'navigate', site: 'none', isAsked: true },
  /** From another page, such as that of a mailbox. */
  link: { dest: 'document', mode: 'navigate', site: 'cross-site', isAsked: true },
  /** From a page of the server itself. */
  inside: { dest: 'document', mode: 'navigate', site: 'same-origin', isAsked: true },
  frame: { dest: 'iframe', mode: 'navigate', site: 'same-origin' },
  script: { dest: 'script', mode: 'cors', site: 'same-origin' },
  worker: { dest: 'worker', mode: 'same-origin', site: 'same-origin' },
  style: { dest: 'style', mode: 'cors', site: 'same-origin' },
  image: { dest: 'image', mode: 'no-cors', site: 'same-origin' },
}

type Kind = 'page' | 'style' | 'image' | 'any'

function kindOf(way: Way): Kind {
  switch (way) {
    case 'document':
    case 'link':
    case 'inside':
    case 'frame':
      return 'page'
    case 'style':
    case 'image':
      return way
    case 'script':
    case 'worker':
      return 'any'
  }
}

const PAGE = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const STYLE = 'text/css,*/*;q=0.1'

const ACCEPTED: Readonly<Record<Browser, Readonly<Record<Kind, string>>>> = {
  chrome: {
    page: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
    style: STYLE,
    image: 'image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
    any: '*/*',
  },
  firefox: {
    page: PAGE,
    style: STYLE,
    image: 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
    any: '*/*',
  },
  safari: {
    page: PAGE,
    style: STYLE,
    image:
      'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
    any: '*/*',
  },
}

const AGENTS: Readonly<Record<Browser, string>> = {
  chrome:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0',
  safari:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.2 Safari/605.1.15',
}

const CODINGS: Readonly<Record<Browser, readonly string[]>> = {
  chrome: ['gzip', 'deflate', 'br', 'zstd'],
  firefox: ['gzip', 'deflate', 'br', 'zstd'],
  safari: ['gzip', 'deflate', 'br'],
}

/** Chrome sends none over HTTP/1.1. */
const PRIORITIES = {
  firefox: {
    document: 'u=0, i',
    link: 'u=0, i',
    inside: 'u=0, i',
    frame: 'u=4',
    script: undefined,
    worker: 'u=4',
    style: 'u=2',
    image: 'u=6',
  },
  safari: {
    document: 'u=0, i',
    link: 'u=0, i',
    inside: 'u=0, i',
    frame: 'u=0, i',
    script: 'u=1',
    worker: 'u=3, i',
    style: 'u=1',
    image: 'u=5, i',
  },
} as const satisfies Record<string, Readonly<Record<Way, string | undefined>>>

const LANGUAGE = 'en-US,en;q=0.9'

const KEPT = { Connection: 'keep-alive' }
