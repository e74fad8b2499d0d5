import type { FunctionComponent, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { page } from '../copy/page.ts'

/** A view whose code is fetched when it is first drawn. */
export function lazy<Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  let Loaded: FunctionComponent<Props> | undefined
  return function Lazy(props: Props): VNode {
    const [attempt, redraw] = useState(0)
    const [hasFailed, setFailed] = useState(false)
    // As it is drawn now: by the time the effect runs another drawing may have brought it.
    const View = Loaded
    useEffect(() => {
      if (View !== undefined) return
      load().then(
        (view) => {
          Loaded = view
          redraw((count) => count + 1)
        },
        () => setFailed(true),
      )
    }, [attempt, View])
    if (View !== undefined) return <View {...props} />
    if (!hasFailed) return <p class="quiet">{page.loading}</p>
    const retry = (): void => {
      setFailed(false)
      redraw((count) => count + 1)
    }
    return <NotLoaded onAgain={retry} />
  }
}

/** In place of what could not be fetched. */
export function NotLoaded({ onAgain }: { onAgain: () => unknown }): VNode {
  return (
    <div class="stack">
      <p role="alert">{page.notLoaded}</p>
      <button type="button" class="button" onClick={() => void onAgain()}>
        {page.again}
      </button>
    </div>
  )
}
