// QoS specs: how fast volumes of a type may be, and who sees to it.

import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { readList } from '../http/list.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { within } from '../http/policy.ts';
import { associateType, associations, disassociateAll, disassociateType } from './associate.ts';
import { createBody, deleteKeysBody, setBody } from './body.ts';
import { create, remove, rendered, set, unset } from './change.ts';
import { qosSpecsRules } from './policy.ts';
import { absentSpecs, qosSpecsList } from './query.ts';
import { findSpecs, listSpecs, onSpecs } from './store.ts';
import { qosSpecsView } from './view.ts';

async function list(call: Call) {
  const query = readList(call, qosSpecsList);
  const page = await listSpecs(call.ports.database, query, within(call.actor, query.allTenants));
  return listBody(call, qosSpecsList, query, page, qosSpecsView.textFor(call, 'detail'));
}

async function show(call: Call<unknown, 'qos_id'>) {
  const id = call.params.qos_id;
  const row = await findSpecs(call.ports.database, id);
  if (row === null) throw notFound(absentSpecs(id));
  return rendered(call, row);
}

const shown = is.object({ qos_specs: qosSpecsView.type('detail'), links: is.links });
const association = is.object({ association_type: is.word('volume_type'), name: is.text, id: is.uuid });

const manage = 'volume_extension:qos_specs_manage';
const one = '/qos-specs/{qos_id}';
const typeParameter = { vol_type_id: 'the type' };

export const qosSpecs: Resource = {
  name: 'qos-specs',
  rules: qosSpecsRules,
  operations: [
    operation({
      name: 'qos-specs-list',
      summary: 'List QoS specs',
      method: 'GET',
      path: '/qos-specs',
      policy: [`${manage}:get_all`],
      success: 200,
      list: qosSpecsList,
      answers: pageType(qosSpecsList, qosSpecsView.type('detail')),
      handler: list,
    }),
    operation({
      name: 'qos-specs-create',
      summary: 'Create QoS specs',
      method: 'POST',
      path: '/qos-specs',
      policy: [`${manage}:create`],
      success: 200,
      body: createBody,
      answers: shown,
      handler: create,
    }),
    operation({
      name: 'qos-specs-show',
      summary: 'Show QoS specs',
      method: 'GET',
      path: one,
      target: onSpecs,
      policy: [`${manage}:get`],
      success: 200,
      answers: shown,
      handler: show,
    }),
    operation({
      name: 'qos-specs-set',
      summary: 'Set keys of QoS specs',
      method: 'PUT',
      path: one,
      target: onSpecs,
      policy: [`${manage}:update`],
      success: 200,
      body: setBody,
      answers: is.object({ qos_specs: is.textsOrNulls }),
      handler: set,
    }),
    operation({
      name: 'qos-specs-delete',
      summary: 'Delete QoS specs',
      method: 'DELETE',
      path: one,
      target: onSpecs,
      policy: [`${manage}:delete`],
      success: 202,
      queryParameters: { force: 'those that types have too' },
      handler: remove,
    }),
    operation({
      name: 'qos-specs-delete-keys',
      summary: 'Remove keys of QoS specs',
      method: 'PUT',
      path: `${one}/delete_keys`,
      target: onSpecs,
      policy: [`${manage}:delete`],
      success: 202,
      body: deleteKeysBody,
      handler: unset,
    }),
    operation({
      name: 'qos-specs-associations',
      summary: 'List the types that have QoS specs',
      method: 'GET',
      path: `${one}/associations`,
      target: onSpecs,
      policy: [`${manage}:get_all`],
      success: 200,
      answers: is.object({ qos_associations: is.listOf(association) }),
      handler: associations,
    }),
    operation({
      name: 'qos-specs-associate',
      summary: 'Associate QoS specs with a type',
      method: 'GET',
      path: `${one}/associate`,
      target: onSpecs,
      policy: [`${manage}:update`],
      success: 202,
      queryParameters: typeParameter,
      handler: associateType,
    }),
    operation({
      name: 'qos-specs-disassociate',
      summary: 'Disassociate QoS specs from a type',
      method: 'GET',
      path: `${one}/disassociate`,
      target: onSpecs,
      policy: [`${manage}:update`],
      success: 202,
      queryParameters: typeParameter,
      handler: disassociateType,
    }),
    operation({
      name: 'qos-specs-disassociate-all',
      summary: 'Disassociate QoS specs from every type',
      method: 'GET',
      path: `${one}/disassociate_all`,
      target: onSpecs,
      policy: [`${manage}:update`],
      success: 202,
      handler: disassociateAll,
    }),
  ],
};
