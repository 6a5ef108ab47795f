import { counted, forReading, jsonForReading, showsEverySign } from '../../../core/base';

test('micrometres and errors have their signs where people read', () => {
  expect(forReading('moved by 3.5 um, 2 px per um')).toBe('moved by 3.5 µm, 2 px per µm');
  expect(forReading('-0.3 +- 0.1 nm, a +- b')).toBe('-0.3 ± 0.1 nm, a +- b');
  expect(forReading('vacuum, umbrella, 60um')).toBe('vacuum, umbrella, 60µm');
});

test('a page gets texts with these signs, and the bytes of pictures and files as they are', () => {
  const bytes = Buffer.from('+/um+um/+um+um/um/um+um+um/+', 'base64').toString('base64');
  expect(bytes).toContain('um');
  expect(JSON.parse(jsonForReading({ text: 'by 2 um', grey: bytes, none: undefined }))).toEqual({
    text: 'by 2 µm',
    grey: bytes,
  });
  expect(jsonForReading(undefined)).toBe('null');
});

test('a terminal shows it where its locale has it; a pipe gets plain letters', () => {
  const terminal = { isTTY: true };
  expect(showsEverySign(terminal, { LANG: 'en_GB.UTF-8' }, 'linux')).toBe(true);
  expect(showsEverySign(terminal, { LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, 'linux')).toBe(false);
  expect(showsEverySign(terminal, {}, 'linux')).toBe(false);
  expect(showsEverySign(terminal, {}, 'win32')).toBe(true);
  expect(showsEverySign({}, { LANG: 'en_GB.UTF-8' }, 'win32')).toBe(false);
});

test('a number and its noun agree', () => {
  expect([0, 1, 2].map((count) => counted(count, 'warning'))).toEqual(['0 warnings', '1 warning', '2 warnings']);
  expect([1, 3].map((count) => counted(count, 'matrix', 'matrices'))).toEqual(['1 matrix', '3 matrices']);
});
