// Every setting of the API with its default: the kernel's, and those of the resources that have some.
import { attachmentDefaults } from './attachments/settings.ts';
import { automationDefaults } from './automation/settings.ts';
import { type ApiSettings, kernelDefaults } from './http/settings.ts';
import { catalogDefaults } from './identity/settings.ts';
import { volumeDefaults } from './volumes/settings.ts';

export const defaultSettings: ApiSettings = {
  ...kernelDefaults,
  ...volumeDefaults,
  ...attachmentDefaults,
  ...automationDefaults,
  ...catalogDefaults,
};
