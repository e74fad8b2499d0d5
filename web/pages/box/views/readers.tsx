import type { VNode } from 'preact'
import type { KnownReader } from '#client/box/state.ts'
import { lifeOfCard } from '#protocol/epoch.ts'
import { Button } from '../../../kit/button.tsx'
import { CopyButton } from '../../../kit/copy-button.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { Question } from '../../../kit/question.tsx'
import { TextField } from '../../../kit/text-field.tsx'
import { Name, Said, verbatim } from '../../../kit/verbatim.tsx'
import { boxFaults } from '../../../copy/boxes-faults.ts'
import { readersWords as words } from '../../../copy/boxes-readers.ts'
import * as format from '../../../copy/format.ts'
import type { FaultCode } from '../fault.ts'
import { useFirstLook } from './first-look.ts'
import { JobFault, JobForm } from './job-form.tsx'
import { faultAt, type HomeProps } from './props.ts'
import { QrToggle } from './qr-toggle.tsx'
import { useTyped } from './typed.ts'

/** The readers of the box. The owner decides; others see the list, and the code that the owner needs from them. */
export function Readers(props: HomeProps): VNode {
  return props.session.state().phrase === undefined ? <Joined {...props} /> : <Owned {...props} />
}

function Owned(props: HomeProps): VNode {
  const { act, session, state } = props
  const [code, setCode] = useTyped(session, 'readerCode', '')
  const fault = faultAt(state, 'add-reader')
  const add = async (): Promise<void> => {
    if (await act.home.addReader(code)) setCode(undefined)
  }
  return (
    <>
      <p class="lede">{words.lede}</p>
      <ul class="rows" aria-label={words.list}>
        {session.state().readers.map((reader) => (
          <ReaderRow key={reader.key} reader={reader} {...props} />
        ))}
      </ul>
      <JobFault state={state} name="remove-reader" />
      <section class="block">
        <h2>{words.addTitle}</h2>
        <p class="hint under">{words.add}</p>
        <JobForm
          state={state}
          name="add-reader"
          button={words.addButton}
          busy={words.adding}
          atField={AT_CODE}
          onSubmit={add}
        >
          <TextField
            id="reader-code"
            label={words.code}
            hint={words.codeHint}
            error={fault !== undefined && AT_CODE.includes(fault) ? boxFaults[fault] : undefined}
            occasion={state.fault}
            isCode
            value={code}
            onInput={setCode}
          />
        </JobForm>
      </section>
    </>
  )
}

function ReaderRow({ act, reader, state }: HomeProps & { reader: KnownReader }): VNode {
  const { ages, first, key, name } = reader
  const isOwn = ages.length === 0
  const { asking, job } = state
  if (asking?.to === 'remove-reader' && asking.key === key) {
    return (
      <li class="asks">
        <Question
          title={<Said of={words.removeQuestion} name={name} />}
          warning={words.removeWarning}
          yes={words.removeSure}
          no={words.keep}
          from={key}
          onYes={() => act.home.removeReader(key)}
          onNo={() => act.ask(undefined)}
        />
      </li>
    )
  }
  return (
    <li>
      <span class="row-name">
        <span>
          <Name kind="strong">{name}</Name> {isOwn && <span class="quiet">({words.own})</span>}
        </span>
        {!isOwn && (
          <span class="quiet small-text">
            {words.until(format.moment(lifeOfCard(first + ages.length - 1).notAfter * 1_000))}
          </span>
        )}
      </span>
      {!isOwn && (
        <Button
          kind="small burn"
          asks={key}
          label={words.removeReader(name)}
          hasName
          isBusy={job !== undefined}
          onPress={() => act.ask({ to: 'remove-reader', key })}
        >
          {words.remove}
        </Button>
      )}
    </li>
  )
}

/** On a device that reads somebody else's box. */
function Joined(props: HomeProps): VNode {
  const { act, home, state } = props
  const { card, code } = home
  const isFree = state.job === undefined
  useFirstLook(isFree, () => card === undefined && void act.home.lookAtCard())
  const isListed = card?.readers.some(({ key }) => key === card.own) === true
  return (
    <>
      <p class="lede">{words.joinedLede}</p>
      {card !== undefined && (
        <>
          <p class={isListed ? 'seal-text under-rows' : 'warn-text under-rows'}>
            {isListed ? words.listed : words.unlisted}
          </p>
          <ul class="rows" aria-label={words.list}>
            {card.readers.map(({ key, name }) => (
              <li key={key}>
                <span>
                  <Name kind="strong">{name}</Name> {key === card.own && <span class="quiet">({words.own})</span>}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {state.job?.name === 'card' && <p class="quiet">{words.asking}</p>}
      {faultAt(state, 'card') === 'gone' && <p class="warn-text">{words.noCard}</p>}
      <JobFault state={state} name="card" except={['gone']} />
      <div class="buttons">
        <Button kind="small" isBusy={!isFree} onPress={act.home.lookAtCard}>
          {words.askAgain}
        </Button>
      </div>
      <section class="block">
        <h2>{words.codeTitle}</h2>
        {code === undefined ? (
          <p class="hint under">{isListed ? words.codeAgain : words.codeNone}</p>
        ) : (
          <ReaderCode {...props} code={code} />
        )}
        <JobForm
          state={state}
          name="code"
          kind={code === undefined && !isListed ? 'seal' : 'plain'}
          button={code === undefined ? words.make : words.makeAgain}
          busy={words.making}
          onSubmit={act.home.makeCode}
        />
      </section>
    </>
  )
}

function ReaderCode({ act, code }: HomeProps & { code: string }): VNode {
  return (
    <Notice kind="seal">
      <p>{words.codeText}</p>
      <p {...verbatim('link mono')} role="group" aria-label={words.code}>
        {code}
      </p>
      <div class="buttons">
        <CopyButton kind="seal" text={words.copyCode} copy={() => act.copy(code, words.codeCopied)} />
        <QrToggle text={code} title={words.qr} show={words.showQr} hide={words.hideQr} />
      </div>
    </Notice>
  )
}

const AT_CODE: readonly FaultCode[] = ['bad_code', 'gone', 'open_failed']
