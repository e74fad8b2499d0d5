import { fetchTransport } from '#client/transport.ts'
import { parseTypedAddress } from '#protocol/address.ts'
import { makeDrawing } from '../kit/drawing.ts'
import { Mark } from '../kit/mark.tsx'
import { Notice } from '../kit/notice.tsx'
import { Title } from '../kit/title.tsx'
import { verbatim } from '../kit/verbatim.tsx'
import { page } from '../copy/page.ts'
import { published as words } from '../copy/published.ts'
import { Check } from './check.tsx'

// The page that may ask any web site, and so has nothing to tell one: docs/decisions/0022.

const address = parseTypedAddress(location.hash.slice(1))
// Without its policy it would share an origin with all that the client keeps.
const isApart = origin === 'null'

// The fragment can be changed while the page is open: no answer stays below another address.
addEventListener('hashchange', () => location.reload())

makeDrawing(document.querySelector<HTMLElement>('#app') ?? document.body, () => (
  <div class="page">
    <header class="head">
      <span class="brand">
        <Mark />
        {page.name}
      </span>
    </header>
    <main>
      <Title text={words.title} />
      <p class="lede">{words.lede}</p>
      {!isApart || address === undefined ? (
        <Notice kind="warn">
          <p>{isApart ? words.none : words.notApart}</p>
        </Notice>
      ) : (
        <>
          <section>
            <h2>{words.address}</h2>
            <p {...verbatim('link mono address')}>{address}</p>
            <p class="hint">{words.addressHint}</p>
          </section>
          <section class="block">
            <Check address={address} traces={[words.trace, words.traceServer]} transport={fetchTransport} />
          </section>
        </>
      )}
    </main>
  </div>
))()
