import type { Store } from '../base/store';
import type { RingsState } from '../../protocol/state';

/** Time for which a live image must stand still before its rings are searched again. */
const stillMilliseconds = 1500;

/**
 * Asks for the fit of the rings of the transform on the screen. One fit is under way at a time, and after each as much time is left free
 * as it took; a live image follows its last fit until it stands still.
 */
export function followRings(store: Store): void {
  let busy = false;
  let asked = '';
  let still: ReturnType<typeof setTimeout> | undefined;
  const wanted = (): number | undefined => {
    const { fourier, buffer } = store.local;
    return fourier ? store.shared.buffers?.find((each) => each.buffer === buffer)?.image : undefined;
  };
  const keyOf = (image: number): string => {
    const { defocus, phase } = store.shared.rings ?? {};
    return JSON.stringify([image, defocus, phase]);
  };
  const next = (): void => {
    const image = wanted();
    if (busy || image === undefined || keyOf(image) === asked) return;
    clearTimeout(still);
    asked = keyOf(image);
    void fit(image, false);
  };
  const fit = async (image: number, search: boolean): Promise<void> => {
    busy = true;
    let rest = stillMilliseconds / 3;
    try {
      const rings = await store.connection.ask({ do: 'fit-rings', image, search });
      rest = rings.milliseconds;
      show(rings);
    } catch (error) {
      // The image of a live view has often gone meanwhile, which nobody needs to know.
      if (wanted() === image && error instanceof Error) show(without(image, error.message));
    }
    setTimeout(() => {
      busy = false;
      next();
    }, rest);
  };
  const show = (rings: RingsState): void => {
    store.set({ ringFit: rings });
    if (!rings.followed) return;
    still = setTimeout(() => {
      if (!busy && wanted() === rings.image) void fit(rings.image, true);
    }, stillMilliseconds);
  };
  const click = async (): Promise<void> => {
    const { clicked } = store.local;
    const image = wanted();
    if (!clicked || image === undefined) return store.set({ ringsAt: undefined });
    try {
      const found = await store.connection.ask({ do: 'rings-at', image, at: clicked });
      if (store.local.clicked === clicked) store.set({ ringsAt: { ...found, image }, ring: found.nearest });
    } catch (error) {
      store.tell(error);
    }
  };
  store.watch(['fourier', 'buffers', 'buffer', 'rings', 'connected'], next);
  store.watch(['clicked'], () => void click());
  store.watch(['fourier', 'buffer'], () => store.set({ clicked: undefined, ringsAt: undefined }));
}

const without = (image: number, reason: string): RingsState => ({
  image,
  lines: [reason],
  refused: true,
  followed: false,
  milliseconds: 0,
  zeros: [],
});
