import { isDropError } from '#protocol/error.ts'
import { invite as inviteTo, listInvitations, uninvite } from '#client/box/invitations.ts'
import { nameDoubt, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, Failure, type ExitCode } from '../failure.ts'
import { paintLink, print, printJson, printOnce, say, visible } from '../terminal/terminal.ts'
import { count, formatSize, formatTime } from '../terminal/format.ts'
import { MAX_INVITATIONS, MAX_TTL_SECONDS } from '#protocol/limits.ts'
import { command, type Command, flag, type ParsedArgs, row, value } from '../command.ts'
import { parseAmount, parseCardName, parseLife, parseSize } from '../options.ts'
import type { UnlockedBox } from '../vault/unlocked-box.ts'
import { unlock, UNLOCK_OPTIONS } from '../vault/unlock.ts'

const OPTIONS = {
  ...UNLOCK_OPTIONS,
  label: value('TEXT', 'what you call it; nobody else sees that'),
  items: { ...value('N'), default: '10' },
  bytes: { ...value('SIZE'), default: '1G' },
  expires: value('TIME', `at most ${MAX_TTL_SECONDS / 86_400}d`),
  list: flag('what is left of all invitations'),
  revoke: value('LABEL', 'end one, by its label or the beginning of its hash'),
  json: flag('print {"link", "label", "items", "bytes", "expires"},', '{"invitations": […]} or {"revoked"}'),
} as const

/** Makes an invitation, and prints its link; or lists or revokes them. */
export const boxInvite: Command = command({
  usage: [
    `Usage: sealdrop box invite [--label TEXT] [--items 10] [--bytes 1G] [--expires 30d]
       sealdrop box invite --list | --revoke LABEL

Makes an invitation and prints its link: by it somebody may write to a box that
takes drops by invitation only. The server knows only a hash of it.`,
    [
      'label',
      row('--items N, --bytes SIZE', 'how many drops it allows, and how much in all'),
      'expires',
      'list',
      'revoke',
      'box',
      'passphrase-file',
      'json',
    ],
  ],
  options: OPTIONS,
  excludes: [['list', 'revoke']],
  run,
})

async function run({ values }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const order = {
    label: values.label === undefined ? '' : parseCardName(values.label, '--label'),
    items: parseAmount(values.items, '--items'),
    bytes: parseSize(values.bytes, '--bytes'),
    lifeSeconds: parseLife(values.expires, MAX_TTL_SECONDS),
  }
  const session = await unlock(values)
  await session.root()
  try {
    if (values.list) return await list(session, values.json)
    if (values.revoke !== undefined) return await revoke(session, values.revoke, values.json)
    return await make(session, order, values.json)
  } catch (error) {
    throw nameDoubt(error, session.state().origin)
  }
}

async function make(session: UnlockedBox, order: Parameters<typeof inviteTo>[2], json: boolean): Promise<ExitCode> {
  const { label, items, bytes } = order
  let expiresAtMs = 0
  const server = session.server(PATIENCE_MS.send)
  let link = ''
  await session.change(async (state) => {
    if (label !== '' && state.invitations.some((each) => each.label === label))
      throw new Failure('there is an invitation of this label', { exitCode: EXIT.usage })
    const made = await inviteTo(server, state, order).catch((error: unknown) => {
      throw isDropError(error) && error.code === 'box_full' ? tooMany(error) : error
    })
    ;({ link } = made)
    ;({ expiresAtMs } = made.invitation)
    return made.state
  })
  const result = { link, label, items, bytes, expires: iso(expiresAtMs) }
  try {
    await (json ? printJson(result, printOnce) : printOnce(`${paintLink(link)}\n`))
  } catch (error) {
    say(
      'the invitation is made and its link is lost; end it with: sealdrop box invite --revoke HASH, as --list shows it',
    )
    throw error
  }
  say(
    `anyone with this link may leave ${count(items, 'drop')} of ${formatSize(bytes)} in all, until ${formatTime(expiresAtMs)}`,
  )
  return EXIT.done
}

function tooMany(cause: unknown): Failure {
  const hint = 'sealdrop box invite --list shows them, and --revoke HASH ends one'
  return new Failure(`a box has at most ${MAX_INVITATIONS} invitations`, { hint, cause })
}

async function list(session: UnlockedBox, json: boolean): Promise<ExitCode> {
  const invitations = await listInvitations(session.server(PATIENCE_MS.look), session.state())
  const results = invitations.map(({ label, hash, items, bytes, expires }) => ({
    label,
    hash,
    items,
    bytes,
    expires: iso(expires * 1_000),
  }))
  const lines = results.map(
    ({ label, hash, items, bytes, expires }) =>
      `${hash.slice(0, SHORT_CHARACTERS)}  ${label === '' ? '-' : label}  ${count(items, 'drop')} and ${formatSize(bytes)} left, until ${formatTime(Date.parse(expires))}\n`,
  )
  await (json ? printJson({ invitations: results }) : print(visible(lines.join(''))))
  if (results.length === 0) say('there are no invitations')
  return EXIT.done
}

async function revoke(session: UnlockedBox, named: string, json: boolean): Promise<ExitCode> {
  const server = session.server(PATIENCE_MS.send)
  const invitations = await listInvitations(server, session.state())
  const [first, ...others] = invitations.filter(
    ({ label, hash }) => named !== '' && (label === named || hash.startsWith(named)),
  )
  if (first === undefined || others.length > 0) {
    const problem = first === undefined ? 'there is no such invitation' : 'more than one invitation is called so'
    throw new Failure(problem, { exitCode: EXIT.usage, hint: 'sealdrop box invite --list shows their hashes' })
  }
  await session.change((state) => uninvite(server, state, first.hash))
  say('revoked: nothing comes by that invitation any more')
  if (json) await printJson({ revoked: first.hash })
  return EXIT.done
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

const SHORT_CHARACTERS = 12
