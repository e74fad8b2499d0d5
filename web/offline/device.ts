import { browserDevice, type Device } from '../platform/device.ts'
import { formatPlace, isPage, parsePlace } from './place.ts'

/**
 * The device of a page that was opened from disk. The server stands in the fragment, before what a served page has there;
 * `home` is the way of links to the first page, which would lead to a folder of this computer.
 *
 * A link stands in memory alone: addresses go into the history of the browser, and those of a file stay there.
 * @param fragment - where the page begins, without its `#`: a link, or the name of a page
 */
export function fileDevice(origin: string, fragment: string): Device {
  const links = makeLinks(origin)
  links.show(fragment)
  // Before anybody else hears of it: a link inside the page has named a fragment, and the server has to stay.
  addEventListener('hashchange', () => {
    const place = parsePlace(location.hash)
    if (place.origin === undefined) links.show(place.fragment)
    else if (place.origin !== origin) location.reload()
    else if (!isPage(place.fragment)) links.take(place.fragment)
  })
  addEventListener('click', (event) => {
    const anchor = event.target instanceof Element ? event.target.closest('a[href^="/"]') : null
    const path = anchor?.getAttribute('href') ?? ''
    if (path === '' || event.defaultPrevented) return
    event.preventDefault()
    if (path !== '/') return void open(`${origin}${path}`, '_blank', 'noopener')
    location.hash = formatPlace(origin, '')
    location.reload()
  })
  return {
    ...browserDevice(),
    origin,
    fragment: links.here,
    address: links.show,
    reload: () => {
      links.putBack()
      location.reload()
    },
    // Nothing is kept that another tab could be at. Some browsers refuse locks to files, too.
    alone: (_, run) => run(),
    ifFree: (_, run) => run().then(() => true),
  }
}

interface Links {
  /** The fragment that the page is at. */
  readonly here: () => string
  /** Makes the entry of the history that is shown one of this fragment. */
  readonly show: (fragment: string) => void
  /** The same for a link that somebody has put into the address. */
  readonly take: (fragment: string) => void
  /** Before a reload, after which it is taken again: an address that somebody has entered must not be lost by it. */
  readonly putBack: () => void
}

/** The links that entries of the history stand for. An entry has a name for its link, which says nothing once this page has ended. */
function makeLinks(origin: string): Links {
  const links = new Map<string, { readonly fragment: string; readonly wasInAddress: boolean }>()
  const name = (): string => {
    const state: unknown = history.state
    return typeof state === 'string' ? state : ''
  }
  const replace = (state: string | null, fragment: string): void =>
    history.replaceState(state, '', formatPlace(origin, fragment))
  const show = (fragment: string, wasInAddress: boolean): void => {
    links.delete(name())
    if (isPage(fragment)) return replace(null, fragment)
    // Never used twice: the history may have names of a page that was here before.
    const fresh = crypto.randomUUID()
    links.set(fresh, { fragment, wasInAddress })
    replace(fresh, '')
  }
  return {
    here: () => links.get(name())?.fragment ?? parsePlace(location.hash).fragment,
    show: (fragment) => show(fragment, false),
    take: (fragment) => show(fragment, true),
    putBack: () => {
      const link = links.get(name())
      if (link?.wasInAddress === true) replace(null, link.fragment)
    },
  }
}
