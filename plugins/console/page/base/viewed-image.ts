/** The image on the screen, with its tools. */
export interface ImageView {
  readonly element: HTMLElement;
  redraw(): void;
  fit(): void;
  actualSize(): void;
  zoom(factor: number): void;
  toggleFourier(): void;
  /** Starts the live image, or ends it. */
  toggleLive(): void;
  autoContrast(): void;
  /** Shows the next buffer with an image, or the previous one. */
  step(by: 1 | -1): void;
}
