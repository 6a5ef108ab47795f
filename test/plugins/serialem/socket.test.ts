import { imageShiftUnits, vector } from '../../../core/base';
import { packArguments, unpackReport } from '../../../plugins/serialem/script-values';
import { type FaultProxy, faultProxy } from '../../support/fault-proxy';
import { breakOften, demand } from '../../support/seeded-faults';
import { until } from '../../support/until';
import { verifying } from '../../../testing/verifying';
import { makeColumn, makeSocketColumn } from './make-column';
import { report } from './stand-in-server';

describe('arguments and reports', () => {
  it('are packed as they are described: integers, doubles and texts from place 0', () => {
    const bytes = Buffer.from(packArguments([-2.75, 'micro']).buffer);
    expect([0, 4, 8].map((at) => bytes.readInt32LE(at))).toEqual([0, -2, 0]);
    expect([12, 20, 28].map((at) => bytes.readDoubleLE(at))).toEqual([0, -2.75, 0]);
    expect(bytes.subarray(36).toString('latin1')).toBe('\0-2.75\0micro\0\0\0\0');
  });

  it('come back as texts and numbers, and what cannot be a report is none', () => {
    const array = (longs: readonly number[], doubles: readonly number[], text = ''): Int32Array => {
      const bytes = Buffer.alloc(4 * longs.length + 8 * doubles.length + 4 * Math.ceil(text.length / 4));
      longs.forEach((value, at) => bytes.writeInt32LE(value, 4 * at));
      doubles.forEach((value, at) => bytes.writeDoubleLE(value, 4 * longs.length + 8 * at));
      bytes.write(text, 4 * longs.length + 8 * doubles.length, 'latin1');
      return Int32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readInt32LE(4 * at));
    };
    expect(unpackReport(array([0, 1, 0], [1.5, 0, -3], 'in\0'), 2)).toEqual([1.5, 'in', -3]);
    expect(unpackReport(new Int32Array(0), -1)).toEqual([]);
    for (const [wrong, last] of [
      [array([0], [1]), 1],
      [array([7], [1]), 0],
      [array([1], [1]), 0],
      [array([0], [1], 'tail'), 0],
      [array([0], [1]), -1],
      [array([0], [1]), -5],
    ] as const)
      expect(unpackReport(wrong, last)).toBeUndefined();
  });

  // As SerialEM's server lays them out: the longs that follow the status.
  it.each([
    ['one number', 'ReportDefocus', '00000000 00000000 04000000 00000000 00000000 0000f8bf 00cdcdcd', [-1.5]],
    [
      'three numbers',
      'ReportStageXYZ',
      '02000000 00000000 0a000000 000000000000000000000000 000000000000f43f 00000000000004c0 0000000000003e40 00cdcdcd',
      [1.25, -2.5, 30],
    ],
    ['nothing', 'SetDefocus', 'ffffffff 00000000 01000000 00cdcdcd', []],
    [
      'a text with four bytes of filling',
      'a failure',
      '00000000 01000000 05000000 01000000 0000000000000000 62616400 00cdcdcd',
      ['bad'],
    ],
    [
      'a text with five bytes of filling',
      'a failure',
      '00000000 01000000 05000000 01000000 0000000000000000 6e6f00 00cdcdcdcd',
      ['no'],
    ],
  ])('come back from SerialEM itself with its filling: %s of %s', (_what, _command, hex, values) => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const longs = Int32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readInt32LE(4 * at));
    expect(report(values, longs[1])).toEqual(bytes);
    expect(unpackReport(longs.subarray(3), longs[0]!)).toEqual(values);
    // More than the filling that SerialEM leaves is not a report.
    expect(unpackReport(Int32Array.of(...longs.subarray(3), 0, 0), longs[0]!)).toBeUndefined();
  });
});

it('asks to be let in on every connection, also after one was lost', async () => {
  const column = await makeSocketColumn();
  await column.scope.imageShift.write(vector(imageShiftUnits(2), imageShiftUnits(-1)));
  column.server.hangUp();
  const { present: connection } = (
    column.wire as unknown as { opened: { client: { kept: { present: { usable: boolean } } } } }
  ).opened.client.kept;
  await until('the end of the connection was noticed', () => !connection.usable);
  expect(await column.scope.imageShift.read()).toEqual({ x: 2, y: -1 });
  await column.dispose();
});

it('says that SerialEM is busy, and that a command failed', async () => {
  await expect(makeSocketColumn({ allows: false, agreementLimit: 0.5 })).rejects.toMatchObject({
    code: 'serialem/not-allowed',
  });
  await expect(makeSocketColumn({ refuses: -9 })).rejects.toMatchObject({
    code: 'wire/refused',
    message: expect.stringContaining('busy') as string,
  });
  const column = await makeSocketColumn();
  await expect(column.wire.run(999, [])).rejects.toMatchObject({
    code: 'serialem/command-failed',
    message: 'SerialEM could not do command 999.',
  });
  await column.dispose();
});

it('says what SerialEM says of a command that failed', async () => {
  const column = await makeSocketColumn({ complaint: 'ERROR: The stage is\r\n  busy' });
  await expect(column.wire.run(999, [])).rejects.toMatchObject({
    code: 'serialem/command-failed',
    message: 'SerialEM could not do command 999: ERROR: The stage is busy',
  });
  await column.dispose();
});

it('asks again when SerialEM has not noticed yet that the last connection ended', async () => {
  const column = await makeSocketColumn({ keepsControl: 2 });
  column.server.hangUp();
  await until('the stand-in lost its client', () => column.server.clients === 0);
  const asked = column.server.asked;
  await column.wire.close();
  await column.wire.open();
  expect(await column.script.number('ReportSpotSize')).toBe(3);
  expect(column.server.asked).toBeGreaterThan(asked + 1);
  await column.dispose();
});

it('says that the high tension is not told, unless the site has entered it', async () => {
  const { scope } = await makeColumn({ highTension: undefined });
  await expect(scope.highTension.read()).rejects.toMatchObject({ code: 'serialem/not-on-this-wire' });
});

// Numbers are doubles without a checksum: lengths, counts and flags are checked, and what was set is not read again.
it('a broken wire gives the right numbers or one clear error, and works again', async () => {
  let proxy!: FaultProxy;
  const column = await makeSocketColumn({
    answerLimit: 0.6,
    through: async (port) => {
      proxy = await faultProxy(port);
      return proxy.port;
    },
  });
  let uses = 0;
  const use = async (): Promise<void> => {
    const wanted = vector(imageShiftUnits((uses = (uses + 1) % 100)), imageShiftUnits(-uses));
    await column.scope.imageShift.write(wanted);
    demand('image shift', await column.scope.imageShift.read(), wanted);
    demand('stage', await column.stage.position.read(), { x: 0, y: 0, z: 0, tilt: 0 });
    demand('spot size', await column.scope.spotSize.read(), 3);
  };
  const runs = verifying ? 500 : 60;
  const kinds = ['delay', 'drop', 'truncate', 'duplicate', 'reset', 'stall'] as const;
  const { wrong, results, struck } = await breakOften(
    {
      proxy,
      use,
      longestDelay: 1000,
      kinds,
      kindsTowardsServer: kinds.filter((kind) => kind !== 'duplicate'),
    },
    { runs },
  );
  await column.dispose();
  await proxy.close();
  expect(wrong).toEqual([]);
  expect(struck).toBeGreaterThan(0.9 * runs);
  expect(results['right']).toBeLessThan(0.7 * runs);
});
