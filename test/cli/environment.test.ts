import { expect, test } from 'vitest'
import { proxyOf } from '../../cli/network/environment.ts'

test.for([
  ['https://drop.example', { HTTPS_PROXY: 'http://a:1' }, 'http://a:1'],
  ['https://drop.example', { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1' }, 'http://a:1'],
  ['https://drop.example', { HTTP_PROXY: 'http://a:1' }, undefined],
  ['http://drop.example', { HTTP_PROXY: 'http://a:1', ALL_PROXY: 'http://b:1' }, 'http://a:1'],
  ['http://drop.example', { HTTPS_PROXY: 'http://a:1' }, undefined],
  ['https://drop.example', { ALL_PROXY: 'socks5h://a:1' }, 'socks5h://a:1'],
  ['https://drop.example', { HTTPS_PROXY: '', all_proxy: 'socks5://a:1' }, 'socks5://a:1'],
  ['https://drop.example', { HTTPS_PROXY: '127.0.0.1:3128' }, 'http://127.0.0.1:3128'],
  ['https://drop.example', { HTTPS_PROXY: ' ' }, undefined],
  ['https://drop.example', {}, undefined],
] as const)('for %s, %j names %j', ([url, env, proxy]) => {
  expect(proxyOf(new URL(url), env)).toBe(proxy)
})

test.for([
  ['https://drop.example', '*'],
  ['https://drop.example', 'drop.example'],
  ['https://drop.example', 'other.example, drop.example'],
  ['https://drop.example', 'other.example drop.example'],
  ['https://DROP.example', 'Drop.Example'],
  ['https://a.drop.example', 'drop.example'],
  ['https://a.drop.example', '.drop.example'],
  ['https://a.drop.example', '*.drop.example'],
  ['https://drop.example.', 'drop.example'],
  ['https://drop.example', 'drop.example:443'],
  ['http://drop.example', 'drop.example:80'],
  ['http://localhost:8787', 'localhost'],
  ['http://localhost:8787', 'localhost:8787'],
  ['http://127.0.0.1:8787', '127.0.0.1'],
  ['http://127.0.0.1:8787', '127.0.0.0/8'],
  ['http://[::1]:8787', '::1'],
  ['http://[::1]:8787', '[::1]'],
  ['http://[::1]:8787', '[::1]:8787'],
  ['http://[fd00::7]', 'fd00::/8'],
])('%s is asked directly where NO_PROXY is %j', ([url = '', exceptions]) => {
  expect(proxyOf(new URL(url), { ALL_PROXY: 'http://a:1', NO_PROXY: exceptions })).toBeUndefined()
  expect(proxyOf(new URL(url), { all_proxy: 'http://a:1', no_proxy: exceptions })).toBeUndefined()
})

test.for([
  ['https://drop.example', ''],
  ['https://drop.example', ','],
  ['https://drop.example', '.'],
  ['https://drop.example', 'rop.example'],
  ['https://drop.example', 'a.drop.example'],
  ['https://drop.example', 'drop.example:80'],
  ['https://drop.example', 'drop.example.org'],
  ['https://1.10.0.0.1.example', '10.0.0.1'],
  ['http://127.0.0.1', '10.0.0.0/8'],
  ['http://127.0.0.1', '127.0.0.0/99'],
  ['http://[::1]', '127.0.0.1'],
])('%s is not asked directly where NO_PROXY is %j', ([url = '', exceptions]) => {
  expect(proxyOf(new URL(url), { ALL_PROXY: 'http://a:1', NO_PROXY: exceptions })).toBe('http://a:1')
})
