import { browserDevice, type Device } from '../device.ts'
import { formatPlace, parsePlace } from './place.ts'

/**
 * The device of a page that was opened from disk. The server stands in the fragment, before what a served page has there;
 * `home` is the way of links to the first page, which would lead to a folder of this computer.
 */
export function fileDevice(origin: string): Device {
  const here = (): string => parsePlace(location.hash).fragment
  const address = (fragment: string): void => history.replaceState(null, '', formatPlace(origin, fragment))
  // Before anybody else hears of it: a link inside the page has named a fragment, and the server has to stay.
  addEventListener('hashchange', () => {
    const place = parsePlace(location.hash)
    if (place.origin === undefined) address(place.fragment)
    else if (place.origin !== origin) location.reload()
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
    fragment: here,
    address,
    // Nothing is kept that another tab could be at. Some browsers refuse locks to files, too.
    alone: (_, run) => run(),
    ifFree: (_, run) => run().then(() => true),
  }
}
