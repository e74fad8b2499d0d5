/** Its own package brings no types. */
declare module 'proxy-from-env' {
  /** The proxy that the environment names for a URL, in whatever spelling; `''` for none. Heeds NO_PROXY. */
  export function getProxyForUrl(url: string): string
}
