import { Fragment, type ComponentChildren, type VNode } from 'preact'

/** Attributes that keep an element as it is: HTML §3.2.6.2 and §3.2.6.5, and the class that translators knew before `translate`. */
export interface Verbatim {
  readonly class: string
  readonly lang: ''
  readonly translate: false
}

/**
 * For every element that shows a secret or somebody's own words: messages, links, codes, names. They are in a language that nobody
 * here knows, no translator changes them, and a copy of one is its text and nothing else.
 * @param classes - further classes of the element
 */
export function verbatim(classes = ''): Verbatim {
  return { class: `${classes} ${VERBATIM}`.trim(), lang: '', translate: false }
}

/** A name of a person, an inbox, a file or a site. It never changes the direction of the text around it. */
export function Name({ children, kind }: { children: ComponentChildren; kind?: string }): VNode {
  return <bdi {...verbatim(kind)}>{children}</bdi>
}

/** A sentence of ours around something that is not. @param of - the sentence with whatever is put into it */
export function Said({ of, name }: { of: (name: string) => string; name: string }): VNode {
  const [first, ...others] = of(PLACE).split(PLACE)
  return (
    <>
      {first}
      {others.map((after, index) => (
        <Fragment key={index}>
          <Name>{name}</Name>
          {after}
        </Fragment>
      ))}
    </>
  )
}

/** The class that all of them have, for code that looks for them. */
export const VERBATIM = 'notranslate'

/** Stands in a sentence where the name goes. Never in a text of ours: Unicode §23.7. */
const PLACE = '\uFFFF'
