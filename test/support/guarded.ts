import { VirtualClock } from '../../core/base';
import type { DeviceToken, Driver, DrivenDevice, LackingDevice, Setting, SettingTraits } from '../../core/devices';
import { createHooks } from '../../core/kernel';
import { guardProvided } from '../../core/kernel/guards/guard-device';
import type { Guarding } from '../../core/kernel/guards/guarding';
import type { WholeColumnUnderTest } from '../../testing/describe-column';

/** Guards as the kernel has them, without a site's limits. */
export const guarding = (more: Partial<Guarding> = {}): Guarding => ({
  hooks: createHooks(),
  limits: {},
  watch: () => {},
  clock: new VirtualClock(),
  ...more,
});

/** The driver of a vendor behind the guards, as everybody else sees the device. */
export const guarded = <Device>(
  key: DeviceToken<Device>,
  driver: Driver<Device>,
  more: Partial<Guarding> = {},
): Device => guardProvided(key, driver, 'test', guarding(more)) as Device;

/** A setting that lives in memory and notes what is written to it. */
export function heldSetting<Value>(
  traits: SettingTraits,
  value: Value,
): Setting<Value> & { value: Value; readonly writes: Value[] } {
  const held = {
    name: traits.name,
    traits,
    value,
    writes: [] as Value[],
    read: async () => held.value,
    write: async (written: Value) => {
      held.writes.push(written);
      held.value = written;
    },
  };
  return held;
}

/** The devices of a column behind the guards, by token, and all in one as the tests of a vendor use them. */
export function guardedColumn<Devices>(
  all: readonly (DrivenDevice | LackingDevice)[],
  more: Partial<Guarding> = {},
): { readonly scope: Devices } & Pick<WholeColumnUnderTest, 'devices' | 'lacks'> {
  const devices = all.flatMap((each) =>
    'driver' in each
      ? [{ token: each.token, device: guarded(each.token, each.driver as Driver<unknown>, more) as object }]
      : [],
  );
  const lacks = all.flatMap((each) => ('driver' in each ? [] : [each]));
  return { devices, lacks, scope: Object.assign({}, ...devices.map(({ device }) => device)) as Devices };
}
