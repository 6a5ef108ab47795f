/** The shift between two images. */
export { Registration, type Displacement, type RegistrationOptions } from './registration';
export { FineRegistration } from './fine-registration';
