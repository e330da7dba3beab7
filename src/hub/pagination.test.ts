import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allItems, pageOf } from './pagination.ts'

const numbers = Array.from({ length: 250 }, (_, index) => index)

test('All items of a list are read page by page', () => {
  const pages: number[] = []
  const found = allItems(query => {
    pages.push(query.page)
    return pageOf(numbers, query)
  })
  assert.deepEqual(found, numbers)
  assert.deepEqual(pages, [1, 2, 3])
})

test('A list that shrinks while it is read ends the reading', () => {
  const found = allItems(({ page }) => ({ totalCount: 500, items: page === 1 ? numbers : [] }))
  assert.equal(found.length, 250)
})

test('A page beyond the end is empty and still knows the total', () => {
  assert.deepEqual(pageOf(numbers, { page: 9, perPage: 100 }), { totalCount: 250, items: [] })
})
