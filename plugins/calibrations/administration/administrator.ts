import { Administrator, defineToggle } from '../../../core/kernel';

/** Switches Administrator mode, without which nothing can be saved. */
export default defineToggle({
  id: 'calibrations/administrator',
  needs: { administrator: Administrator },
  anytime: true,
  administratorOnly: true,
  unavailable: ({ administrator }) => (administrator.allowed ? undefined : 'the property StartAsAdministrator is -1'),
  read: ({ administrator }) => administrator.on,
  write: ({ administrator }, on) => administrator.set(on),
  says: { on: 'Administrator mode is on: calibrations can be saved.', off: 'Administrator mode is off.' },
});
