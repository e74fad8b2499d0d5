import type { Message } from '#client/archive.ts'
import { accessOfReturn } from '#client/box/access.ts'
import { createBox } from '#client/box/owner.ts'
import { deriveReturn, newReturnCode } from '#client/box/return.ts'
import { deriveRoot } from '#client/box/root.ts'
import { sealAnswer, sealForBox } from '#client/box/write.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit } from '#client/send.ts'
import { epochAt } from '#protocol/epoch.ts'
import { controllerOf } from '../../../../web/pages/box/inbox/controller.ts'
import type { BoxSession } from '../../../../web/pages/box/session.ts'
import type { TransferProgress, TransferState } from '../../../../web/kit/transfer.tsx'
import { FIRST_RETURN, reduceReturn, type ReturnState } from '../../../../web/pages/write/return-state.ts'
import { makeReturning } from '../../../../web/pages/write/returning.ts'
import { boxServer, type BoxServer } from '../../../kit/box-server.ts'
import { cardReader, newBox, NOW, orderFor, ORIGIN, sign } from '../../../kit/boxes.ts'
import { noise } from '../../../kit/bytes.ts'
import { fileOf } from '../../../kit/messages.ts'
import type { Reply } from '../../../kit/network.ts'
import { largeDrop, lineTo } from '../../support/large.ts'
import { openLinks, stage } from '../../support/stage.ts'

/** The view that a person has of a drop that is read. */
export interface Seen {
  readonly at: string
  readonly flow?: TransferState
  readonly carried?: TransferProgress | undefined
  readonly text?: string
}

/** A drop in two parts, wherever it lies, on a page of its own. */
export interface Reading {
  /** A press opens it. */
  open(): Promise<void>
  goOn(): Promise<void>
  pause(): void
  cancel(): Promise<void>
  /** Something else is on the screen from now on. */
  leave(): void
  seen(): Seen
  /** The parts that were asked for, in order. */
  asked(): readonly number[]
}

/** The parts of the world that a test decides about. */
export interface World {
  /** The reply to a request for a part; `undefined` for the usual one. */
  readonly part: (n: number) => Reply | undefined
  readonly wait: (ms: number) => Promise<void>
  readonly clock: () => number
  readonly onChange?: () => void
}

/** Puts a drop there. */
export type Source = (world: World) => Promise<Reading>

export const SOURCES: readonly (readonly [name: string, open: Source])[] = [
  ['a link', linkReading],
  ['an item of a box', itemReading],
  ['an answer', answerReading],
]

async function linkReading({ clock, onChange, part, wait }: World): Promise<Reading> {
  const drop = await largeDrop((request, n) =>
    request === 'claim' ? part(0) : request === 'part' ? part(n) : undefined,
  )
  const { state, tools } = stage(lineTo(drop), { device: { clock, wait }, ...(onChange && { onChange }) })
  const links = openLinks(tools)
  await links.arrive(drop.fragment)
  return {
    open: () => links.open(''),
    goOn: links.goOn,
    pause: links.pause,
    cancel: links.cancel,
    leave() {
      links.leave()
      tools.dispatch({ type: 'anew' })
    },
    seen: () => state().main,
    asked: () => drop.asked().flatMap((request) => (request === 'ack' ? [] : [request === 'claim' ? 0 : 1])),
  }
}

async function itemReading({ clock, onChange, part, wait }: World): Promise<Reading> {
  const terms = { largest: 100_000_000, invitation: false }
  const { phrase, state: made } = await createBox({ origin: ORIGIN, name: 'Tips', readerName: 'Ana', terms, now: NOW })
  const root = await deriveRoot(phrase)
  const own = await cardReader({ seed: made.reader.seed, chain: made.chain }, 'Ana')
  const { card, jws } = await sign(root, { epoch: epochAt(NOW), readers: [own] })
  const server = boxServer()
  server.cards.set(root.address, jws)
  const order = await orderFor({ address: root.address, card })
  await deposit(server, await sealForBox(FILM(), order), order)
  let box = made
  const session: BoxSession = {
    state: () => box,
    change: async (by) => (box = await by(box)),
    root: async () => root,
    lock: () => {},
    beside: { isLasting: false, all: async () => [], keep: async () => {}, forget: async () => {} },
    adopt: () => {},
    onChange: () => () => {},
  }
  const { tools } = stage(server.transport, { device: { origin: ORIGIN, clock, wait } })
  const desk = controllerOf(session, tools)
  const { act } = desk
  desk.enter({ onChange: onChange ?? (() => {}), announce: () => {} })
  const item = server.lists.get(root.address)?.[0] ?? nothing()
  return {
    open: () => act.open(item),
    goOn: act.receiving.goOn,
    pause: () => void act.receiving.pause(),
    cancel: act.receiving.cancel,
    leave: act.back,
    seen: () => desk.state().shown?.phase ?? { at: 'list' },
    asked: partsAsked(server, part),
  }
}

async function answerReading({ clock, onChange, part, wait }: World): Promise<Reading> {
  const box = await newBox(1)
  const server = boxServer()
  const code = newReturnCode()
  const own = await deriveReturn(code)
  const sender = await generateSigningKey()
  const to = { key: own.key.publicKey, age: own.recipient }
  const order = { origin: ORIGIN, to, from: box.address, ttlSeconds: 86_400, sender, now: NOW }
  await deposit(server, await sealAnswer(FILM(), order), { sender })
  const { tools } = stage(server.transport, { device: { origin: ORIGIN, clock, wait } })
  let state: ReturnState = FIRST_RETURN
  const act = makeReturning({
    ...tools,
    state: () => state,
    dispatch(event) {
      state = reduceReturn(state, event)
      onChange?.()
    },
  })
  act.type(code.words.join(' '))
  await act.enter()
  const item = server.lists.get(accessOfReturn(own).address)?.[0] ?? nothing()
  return {
    open: () => act.open(item),
    goOn: act.receiving.goOn,
    pause: () => void act.receiving.pause(),
    cancel: act.receiving.cancel,
    leave: () => void act.list(),
    seen: () => (state.main.at === 'answer' ? state.main.phase : { at: 'list' }),
    asked: partsAsked(server, part),
  }
}

function partsAsked(server: BoxServer, part: World['part']): () => number[] {
  const asked: number[] = []
  server.hand = (name, { url }) => {
    if (name !== 'collect') return undefined
    const n = Number(new URL(url).searchParams.get('n'))
    asked.push(n)
    return part(n)
  }
  return () => asked
}

const FILM = (): Message => ({ text: 'the film', files: [fileOf('film.mp4', noise(8_600_000, 7))] })

function nothing(): never {
  throw new Error('it was not sent')
}
