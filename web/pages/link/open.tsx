import { shownTime } from '#client/server-time.ts'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../kit/button.tsx'
import { Field } from '../../kit/field.tsx'
import { useKeptFocus } from '../../kit/kept-focus.ts'
import { Notice } from '../../kit/notice.tsx'
import { WorkNotice } from '../../kit/progress.tsx'
import { SecretInput } from '../../kit/secret-input.tsx'
import { Title } from '../../kit/title.tsx'
import type { OpenFault } from '../../read/link-reading.ts'
import type { SpaceCheck } from '../../read/reading.ts'
import type { Main } from './state.ts'
import * as format from '../../copy/format.ts'
import { page } from '../../copy/page.ts'
import { gone, open as words, openFaults } from '../../copy/reading.ts'
import type { ViewProps } from './props.ts'

/** Says what waits before anything is used up. One press claims it. */
export function Open({ act, device, main, state }: ViewProps & { main: Extract<Main, { at: 'open' }> }): VNode {
  const { fault, note, waiting, work } = main
  const [passphrase, setPassphrase] = useState('')
  const [missed, setMissed] = useState(0)
  const { needsPassphrase, room } = waiting
  const obstacle = room?.obstacle
  const isBusy = work !== undefined
  const form = useKeptFocus(isBusy)
  const isOver = fault?.at === 'passphrase' && fault.triesLeft === 0
  const submit = (event: Event): void => {
    event.preventDefault()
    if (isBusy || isOver) return
    if (needsPassphrase && passphrase === '') return setMissed(missed + 1)
    setMissed(0)
    void act.open(passphrase)
  }
  return (
    <>
      <Title text={words.title} />
      <p class="lede">{ledeOf(main)}</p>
      {note !== undefined && note !== 'earlier' && (
        <Notice kind="warn">
          <p>{words.notes[note]}</p>
        </Notice>
      )}
      {!state.isLasting && (
        <Notice kind="warn">
          <p>{words.notLasting}</p>
        </Notice>
      )}
      {state.isLasting && room?.isOnDisk === false && obstacle === undefined && (
        <Notice kind="warn">
          <p>{words.inMemory}</p>
        </Notice>
      )}
      <Facts main={main} device={device} />
      {obstacle !== undefined ? (
        <Obstacle act={act} room={room} obstacle={obstacle} />
      ) : (
        <form class="stack" noValidate autoComplete="off" ref={form} onSubmit={submit}>
          {needsPassphrase && (
            <fieldset disabled={isBusy}>
              <PassphraseField fault={fault} missed={missed} value={passphrase} onInput={setPassphrase} />
            </fieldset>
          )}
          {(fault?.at === 'server' || fault?.at === 'elsewhere') && (
            <Notice kind="burn" role="alert">
              <p>{fault.at === 'server' ? openFaults[fault.code] : words.elsewhere}</p>
            </Notice>
          )}
          {work !== undefined && <WorkNotice work={work} />}
          {isOver ? (
            <p>
              <a href="/">{gone.leave}</a>
            </p>
          ) : (
            <>
              <div class="buttons">
                <Button kind="seal" isSubmit isBusy={isBusy}>
                  {isBusy ? words.opening : fault?.at === 'server' ? page.again : words.button}
                </Button>
              </div>
              <p class="hint">{consequence(main)}</p>
            </>
          )}
        </form>
      )}
    </>
  )
}

function PassphraseField(props: {
  readonly fault: OpenFault | undefined
  /** How often it was left empty. */
  readonly missed: number
  readonly value: string
  readonly onInput: (text: string) => void
}): VNode {
  const { fault, missed, onInput, value } = props
  const [isShown, setShown] = useState(false)
  return (
    <Field
      id="passphrase"
      label={words.passphrase}
      hint={words.passphraseHint}
      error={missed > 0 ? words.passphraseMissing : wrongPassphrase(fault)}
      occasion={fault ?? missed}
    >
      {(ids) => <SecretInput ids={ids} value={value} isShown={isShown} onShow={setShown} onInput={onInput} />}
    </Field>
  )
}

function Facts({ device, main }: { readonly device: ViewProps['device']; readonly main: OpenMain }): VNode {
  const { note, waiting } = main
  const { expiresAtMs, reads, room, sizeBytes } = waiting
  return (
    <dl class="facts">
      <div>
        <dt>{words.until}</dt>
        <dd>{format.until(expiresAtMs, shownTime(device, device.clock()))}</dd>
      </div>
      {note !== 'earlier' && !isMine(main) && (
        <div>
          <dt>{words.opens}</dt>
          <dd>{words.times(reads)}</dd>
        </div>
      )}
      <div>
        <dt>{words.size}</dt>
        <dd>{words.sizeHint(format.bytes(sizeBytes))}</dd>
      </div>
      {room?.isOnDisk === true && room.obstacle === undefined && note !== 'earlier' && (
        <div>
          <dt>{words.room}</dt>
          <dd>{words.roomHint(format.bytes(room.neededBytes))}</dd>
        </div>
      )}
    </dl>
  )
}

/** The drop does not fit this device. */
function Obstacle(props: {
  readonly act: ViewProps['act']
  readonly room: SpaceCheck | undefined
  readonly obstacle: NonNullable<SpaceCheck['obstacle']>
}): VNode {
  const { act, obstacle, room } = props
  return (
    <>
      <Notice kind="warn">
        <p>
          {words.obstacles[obstacle.at](
            format.bytesAgainst(room?.neededBytes ?? 0, obstacle.mostBytes),
            format.atMost(obstacle.mostBytes),
          )}
        </p>
      </Notice>
      <div class="buttons">
        <Button kind="seal" onPress={act.lookAgain}>
          {words.lookAgain}
        </Button>
      </div>
    </>
  )
}

type OpenMain = Extract<Main, { at: 'open' }>

/** Whether it opens once, and this browser has claimed it. */
function isMine({ note, waiting }: OpenMain): boolean {
  return note === 'cancelled' && waiting.reads === 1
}

function ledeOf(main: OpenMain): string {
  if (main.note === 'earlier') return words.ledeEarlier
  return isMine(main) ? words.ledeMine : words.lede(main.waiting.reads)
}

function consequence(main: OpenMain): string {
  const { note, waiting } = main
  if (note === 'earlier') return words.consequenceEarlier
  if (isMine(main)) return words.consequenceMine
  return waiting.reads === 1 ? words.consequenceOnce : words.consequence
}

function wrongPassphrase(fault: OpenFault | undefined): string | undefined {
  return fault?.at === 'passphrase' ? words.wrong(fault.triesLeft) : undefined
}
