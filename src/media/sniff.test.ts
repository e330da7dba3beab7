import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuseNonMedia } from './sniff.ts'

test('what servers send instead of audio is named', () => {
  const cases: [string, string, RegExp][] = [
    ['\ufeff \n<!DOCTYPE html><title>Sign in', 'audio/mpeg', /a web page/],
    ['<html lang="en">', '', /a web page/],
    ['#EXTM3U\n#EXT-X-VERSION:3', 'audio/mpegurl', /a streaming playlist/],
    ['<?xml version="1.0"?><rss>', 'application/rss+xml', /an XML document/],
    ['%PDF-1.7', 'application/octet-stream', /a PDF/],
    ['PK\u0003\u0004', 'application/zip', /a zip archive/],
    ['{"error":"expired"}', 'application/json; charset=utf-8', /text \(application\/json/],
    ['Not found', 'text/plain', /text/],
    ['', 'audio/mpeg', /an empty file/],
  ]
  for (const [head, type, message] of cases) {
    assert.throws(() => refuseNonMedia(Buffer.from(head), type), { code: 'not_media', message })
  }
})

test('audio passes, whatever the server calls it', () => {
  refuseNonMedia(Buffer.from('ID3\u0003\u0000\u0000'), 'text/html')
  refuseNonMedia(Buffer.from('RIFF\u0000\u0000WAVE'), 'application/json')
  refuseNonMedia(Buffer.from([0xff, 0xfb, 0x90, 0x64]), 'audio/mpeg')
  refuseNonMedia(Buffer.from('{ is how this raw file happens to begin'), 'application/octet-stream')
})
