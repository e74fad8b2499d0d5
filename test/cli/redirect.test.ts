import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { emptyForm, LIMITS } from '#client/answers.ts'
import { ask } from '#client/server.ts'
import { noise } from '../kit/bytes.ts'
import { connect } from '../../cli/network/connect.ts'

test.for([301, 302, 303, 307, 308])(
  'a server that redirects with %i is told at once as no server of ours, and nothing goes where it leads',
  async (status) => {
    const led: string[] = []
    const elsewhere = await listen(
      createServer(({ url = '' }, response) => {
        led.push(url)
        response.end('{}')
      }),
    )
    const server = await listen(
      createServer((request, response) => {
        // All that is sent is taken, as by a proxy in between.
        request.resume().on('end', () => response.writeHead(status, { Location: elsewhere.url }).end())
      }),
    )
    const beganMs = Date.now()
    const to = connect(server.url, 60_000)
    const asked = [ask(to, { name: 'limits' }, LIMITS), ask(to, { name: 'create', body: noise(200_000) }, emptyForm())]
    for (const answer of asked) await expect(answer).rejects.toMatchObject({ code: 'bad_answer' })
    expect(Date.now() - beganMs).toBeLessThan(30_000)
    expect(led).toEqual([])
    for (const each of [elsewhere, server]) each.close()
  },
)

async function listen(server: Server): Promise<{ readonly url: string; close(): void }> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
