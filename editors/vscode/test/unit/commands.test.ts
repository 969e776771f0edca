import { expect, test } from 'vitest';
import { explanationText, wireText } from '../../src/commands';

test.each(['', []])('where there is no query, that is said', (answer) => {
  expect(() => explanationText(answer)).toThrow('There is no query here.');
  expect(() => wireText(answer)).toThrow('There is no query here.');
});

test('several answers have their names', () => {
  expect(explanationText([{ name: 'A', markdown: 'All.\n' }, { name: '', markdown: 'None.' }])).toBe('## A\n\nAll.\n\nNone.\n');
  expect(wireText([{ name: 'A', query: 'PROFILE(contact)' }])).toBe('PROFILE(contact)');
  expect(wireText([{ name: 'A', query: 'PROFILE(contact)' }, { name: '', query: 'PROFILE(account)' }])).toBe('A = PROFILE(contact)\nPROFILE(account)');
});
