// The part of the scenario about roles: those for all domains, those of a domain, and who is given them.
import type { Known, Walk } from './walk.ts';

export async function throughRoles({ ask, send, admin }: Walk) {
  const role = (
    await ask('role', 'POST', '/roles', { role: { name: 'r', description: 'd', options: { immutable: true } } })
  ).body.role;
  await ask('role immutable is not deleted', 'DELETE', `/roles/${role.id}`);
  await ask('role made mutable', 'PATCH', `/roles/${role.id}`, { role: { options: { immutable: false } } });
  const reader = (await ask('role by name', 'GET', '/roles?name=reader')).body.roles[0];
  const member = (await send('GET', '/roles?name=member', undefined, { 'X-Auth-Token': admin })).body.roles[0];
  await ask('implication', 'PUT', `/roles/${role.id}/implies/${reader.id}`);
  await ask('implication shown', 'GET', `/roles/${role.id}/implies/${reader.id}`);
  await ask('implication there', 'HEAD', `/roles/${role.id}/implies/${reader.id}`);
  await ask('implications', 'GET', `/roles/${role.id}/implies`);
  await ask('all implications', 'GET', '/role_inferences');
  await ask('implication taken', 'DELETE', `/roles/${role.id}/implies/${reader.id}`);
  return { member, reader };
}

export async function throughGrants({ ask }: Walk, { path, user, member }: Known) {
  await ask('grant', 'PUT', `${path}/users/${user.id}/roles/${member.id}`);
  await ask('grant again', 'PUT', `${path}/users/${user.id}/roles/${member.id}`);
  await ask('grant of no role', 'PUT', `${path}/users/${user.id}/roles/no`);
  await ask('grant to nobody', 'PUT', `${path}/users/no/roles/${member.id}`);
  await ask('grant on nothing', 'PUT', `/projects/no/users/${user.id}/roles/${member.id}`);
  await ask('grant on the system', 'PUT', `/system/users/${user.id}/roles/${member.id}`);
  await ask('grants on the system', 'GET', `/system/users/${user.id}/roles`);
  await ask('grant on the system taken', 'DELETE', `/system/users/${user.id}/roles/${member.id}`);
  await ask('grant on the system taken again', 'DELETE', `/system/users/${user.id}/roles/${member.id}`);
  const inherited = `/OS-INHERIT/domains/default/users/${user.id}/roles/${member.id}/inherited_to_projects`;
  for (const method of ['PUT', 'HEAD', 'DELETE', 'GET']) await ask(`inherited grant ${method}`, method, inherited);
  await ask('grant there', 'HEAD', `${path}/users/${user.id}/roles/${member.id}`);
  await ask('grants', 'GET', `${path}/users/${user.id}/roles`);
  await ask('assignments', 'GET', `/role_assignments?user.id=${user.id}`);
  await ask('assignments by name', 'GET', `/role_assignments?user.id=${user.id}&include_names`);
}

export async function throughDomainRoles({ ask }: Walk, { path, domain, user, member, reader }: Known) {
  const wanted = { name: 'dr', domain_id: 'default', description: 'd' };
  const role = (await ask('role of a domain', 'POST', '/roles', { role: wanted })).body.role;
  const one = `/roles/${role.id}`;
  await ask('role of a domain again', 'POST', '/roles', { role: wanted });
  await ask('role of that name elsewhere', 'POST', '/roles', { role: { ...wanted, domain_id: domain.id } });
  await ask('role of a domain shown', 'GET', one);
  await ask('roles of a domain', 'GET', '/roles?domain_id=default');
  await ask('roles of all domains have none of one', 'GET', '/roles?name=dr');
  await ask('role of a domain moved', 'PATCH', one, { role: { domain_id: domain.id } });
  await ask('role of a domain implies', 'PUT', `${one}/implies/${reader.id}`);
  await ask('role of a domain is not implied by one for all', 'PUT', `/roles/${member.id}/implies/${role.id}`);
  const other = (await ask('project elsewhere', 'POST', '/projects', { project: { name: 'o', domain_id: domain.id } }))
    .body.project;
  await ask('role of a domain given elsewhere', 'PUT', `/projects/${other.id}/users/${user.id}/roles/${role.id}`);
  await ask('role of a domain given', 'PUT', `${path}/users/${user.id}/roles/${role.id}`);
  await ask('role of a domain assigned', 'GET', `/role_assignments?role.id=${role.id}&include_names`);
  await ask('role of a domain in the end', 'GET', `/role_assignments?user.id=${user.id}&role.id=${role.id}&effective`);
  await ask('what it implies in the end', 'GET', `/role_assignments?user.id=${user.id}&role.id=${reader.id}&effective`);
  await ask('role of a domain deleted', 'DELETE', one);
}
