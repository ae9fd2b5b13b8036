// What Terraform's provider does for each of its identity resources and data sources, through gophercloud, which it is
// made of: create, read, update, read, delete, and the fields that it reads. Run with the name of a resource.
package main

import (
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/gophercloud/gophercloud"
	"github.com/gophercloud/gophercloud/openstack"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/applicationcredentials"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/credentials"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/extensions/ec2credentials"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/projects"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/roles"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/tokens"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/users"
)

// check ends the program when something went wrong.
func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func same(what string, got, wanted interface{}) {
	if !reflect.DeepEqual(got, wanted) {
		check(what, fmt.Errorf("%#v, not %#v", got, wanted))
	}
}

// gone fails unless what is read after its deletion is not found.
func gone(what string, err error) {
	if _, is := err.(gophercloud.ErrDefault404); !is {
		check(what, fmt.Errorf("is still there, or fails: %v", err))
	}
}

var yes, no = true, false

func text(value string) *string { return &value }

var resources = map[string]func(*gophercloud.ServiceClient){
	"project_v3":                 project,
	"user_v3":                    user,
	"role_v3":                    role,
	"role_assignment_v3":         roleAssignment,
	"inherit_role_assignment_v3": inheritRoleAssignment,
	"application_credential_v3":  applicationCredential,
	"ec2_credential_v3":          ec2Credential,
	"credential":                 credential,
	"service_v3":                 service,
	"endpoint_v3":                endpoint,
	"group_v3":                   group,
	"user_membership_v3":         userMembership,
	"domain":                     domain,
	"auth_scope_v3":              authScope,
}

func main() {
	options, err := openstack.AuthOptionsFromEnv()
	check("settings", err)
	provider, err := openstack.AuthenticatedClient(options)
	check("sign in", err)
	client, err := openstack.NewIdentityV3(provider, gophercloud.EndpointOpts{})
	check("catalog", err)
	run, is := resources[os.Args[1]]
	if !is {
		check(os.Args[1], fmt.Errorf("there is no such resource"))
	}
	run(client)
}

func makeProject(client *gophercloud.ServiceClient, name string) *projects.Project {
	made, err := projects.Create(client, projects.CreateOpts{Name: name}).Extract()
	check("create project", err)
	return made
}

func makeUser(client *gophercloud.ServiceClient, name string) *users.User {
	made, err := users.Create(client, users.CreateOpts{Name: name, Password: "p-" + name}).Extract()
	check("create user", err)
	return made
}

func makeRole(client *gophercloud.ServiceClient, name string) *roles.Role {
	made, err := roles.Create(client, roles.CreateOpts{Name: name}).Extract()
	check("create role", err)
	return made
}

func project(client *gophercloud.ServiceClient) {
	parent := makeProject(client, "tf-parent")
	made, err := projects.Create(client, projects.CreateOpts{
		Name: "tf-project", Description: "first", DomainID: "default", Enabled: &yes, IsDomain: &no,
		ParentID: parent.ID, Tags: []string{"a", "b"},
	}).Extract()
	check("create", err)
	read, err := projects.Get(client, made.ID).Extract()
	check("read", err)
	same("read", read, made)
	same("fields", []interface{}{read.Description, read.DomainID, read.Enabled, read.IsDomain, read.ParentID, read.Tags},
		[]interface{}{"first", "default", true, false, parent.ID, []string{"a", "b"}})
	changed, err := projects.Update(client, made.ID, projects.UpdateOpts{
		Name: "tf-renamed", Description: text(""), Enabled: &no, Tags: &[]string{"c"},
	}).Extract()
	check("update", err)
	same("update", []interface{}{changed.Name, changed.Description, changed.Enabled, changed.Tags},
		[]interface{}{"tf-renamed", "", false, []string{"c"}})
	pages, err := projects.List(client, projects.ListOpts{
		DomainID: "default", Enabled: &no, IsDomain: &no, Name: "tf-renamed", ParentID: parent.ID,
	}).AllPages()
	check("list", err)
	listed, err := projects.ExtractProjects(pages)
	check("list", err)
	same("list", listed, []projects.Project{*changed})
	check("delete", projects.Delete(client, made.ID).ExtractErr())
	_, err = projects.Get(client, made.ID).Extract()
	gone("deleted", err)
	check("delete parent", projects.Delete(client, parent.ID).ExtractErr())
}

func user(client *gophercloud.ServiceClient) {
	home := makeProject(client, "tf-home")
	rules := [][]string{{"password", "application_credential"}, {"password"}}
	made, err := users.Create(client, users.CreateOpts{
		Name: "tf-user", DefaultProjectID: home.ID, Description: "first", DomainID: "default", Enabled: &yes,
		Password: "tf-password-1",
		Extra:    map[string]interface{}{"email": "u@x.test", "floor": "2"},
		Options: map[users.Option]interface{}{
			users.IgnoreChangePasswordUponFirstUse: true, users.IgnorePasswordExpiry: true,
			users.IgnoreLockoutFailureAttempts: true, users.MultiFactorAuthEnabled: true,
			users.MultiFactorAuthRules: rules,
		},
	}).Extract()
	check("create", err)
	read, err := users.Get(client, made.ID).Extract()
	check("read", err)
	same("read", read, made)
	same("extra", read.Extra, map[string]interface{}{"email": "u@x.test", "floor": "2"})
	same("option", read.Options["ignore_lockout_failure_attempts"], true)
	same("rules", read.Options["multi_factor_auth_rules"],
		[]interface{}{[]interface{}{"password", "application_credential"}, []interface{}{"password"}})
	same("fields", []interface{}{read.DefaultProjectID, read.Description, read.DomainID, read.Enabled, read.PasswordExpiresAt},
		[]interface{}{home.ID, "first", "default", true, time.Time{}})
	changed, err := users.Update(client, made.ID, users.UpdateOpts{
		Name: "tf-user-2", Enabled: &no, Password: "tf-password-2", Description: text("second"),
		Extra:   map[string]interface{}{"floor": "3"},
		Options: map[users.Option]interface{}{users.MultiFactorAuthEnabled: false},
	}).Extract()
	check("update", err)
	same("update", []interface{}{changed.Name, changed.Enabled, changed.Extra["floor"], changed.Options["multi_factor_auth_enabled"]},
		[]interface{}{"tf-user-2", false, "3", false})
	pages, err := users.List(client, users.ListOpts{DomainID: "default", Enabled: &no, Name: "tf-user-2"}).AllPages()
	check("list", err)
	listed, err := users.ExtractUsers(pages)
	check("list", err)
	same("list", listed, []users.User{*changed})
	pages, err = users.List(client, users.ListOpts{PasswordExpiresAt: "lt:2050-01-01T00:00:00Z"}).AllPages()
	check("list", err)
	listed, err = users.ExtractUsers(pages)
	check("list", err)
	same("whose passwords expire", len(listed), 0)
	check("delete", users.Delete(client, made.ID).ExtractErr())
	_, err = users.Get(client, made.ID).Extract()
	gone("deleted", err)
	check("delete project", projects.Delete(client, home.ID).ExtractErr())
}

func role(client *gophercloud.ServiceClient) {
	made, err := roles.Create(client, roles.CreateOpts{Name: "tf-role"}).Extract()
	check("create", err)
	read, err := roles.Get(client, made.ID).Extract()
	check("read", err)
	same("read", read, made)
	same("domain", read.DomainID, "")
	changed, err := roles.Update(client, made.ID, roles.UpdateOpts{Name: "tf-role-2"}).Extract()
	check("update", err)
	same("update", changed.Name, "tf-role-2")
	pages, err := roles.List(client, roles.ListOpts{Name: "tf-role-2"}).AllPages()
	check("list", err)
	listed, err := roles.ExtractRoles(pages)
	check("list", err)
	same("list", listed, []roles.Role{*changed})
	check("delete", roles.Delete(client, made.ID).ExtractErr())
	_, err = roles.Get(client, made.ID).Extract()
	gone("deleted", err)
}

func roleAssignment(client *gophercloud.ServiceClient) {
	where, who, what := makeProject(client, "tf-where"), makeUser(client, "tf-who"), makeRole(client, "tf-what")
	options := roles.AssignOpts{UserID: who.ID, ProjectID: where.ID}
	check("create", roles.Assign(client, what.ID, options).ExtractErr())
	find := func() []string {
		pages, err := roles.ListAssignments(client, roles.ListAssignmentsOpts{UserID: who.ID, ScopeProjectID: where.ID}).AllPages()
		check("read", err)
		listed, err := roles.ExtractRoleAssignments(pages)
		check("read", err)
		ids := []string{}
		for _, one := range listed {
			same("user", one.User.ID, who.ID)
			same("project", one.Scope.Project.ID, where.ID)
			ids = append(ids, one.Role.ID)
		}
		return ids
	}
	same("read", find(), []string{what.ID})
	pages, err := roles.ListAssignmentsOnResource(client, roles.ListAssignmentsOnResourceOpts{UserID: who.ID, ProjectID: where.ID}).AllPages()
	check("on resource", err)
	listed, err := roles.ExtractRoles(pages)
	check("on resource", err)
	same("on resource", listed[0].ID, what.ID)
	check("delete", roles.Unassign(client, what.ID, roles.UnassignOpts{UserID: who.ID, ProjectID: where.ID}).ExtractErr())
	same("deleted", find(), []string{})
	check("delete role", roles.Delete(client, what.ID).ExtractErr())
	check("delete user", users.Delete(client, who.ID).ExtractErr())
	check("delete project", projects.Delete(client, where.ID).ExtractErr())
}

// Debian's gophercloud has no package for inherited roles: these are the requests of the provider's.
func inheritRoleAssignment(client *gophercloud.ServiceClient) {
	who, what := makeUser(client, "tf-heir"), makeRole(client, "tf-heritage")
	url := client.ServiceURL("OS-INHERIT", "domains", "default", "users", who.ID, "roles", what.ID, "inherited_to_projects")
	ask := func(method string) error {
		_, err := client.Request(method, url, &gophercloud.RequestOpts{OkCodes: []int{204}})
		return err
	}
	check("create", ask("PUT"))
	check("read", ask("HEAD"))
	check("delete", ask("DELETE"))
	gone("deleted", ask("HEAD"))
	check("delete role", roles.Delete(client, what.ID).ExtractErr())
	check("delete user", users.Delete(client, who.ID).ExtractErr())
}

// me is the user of the token, as the provider finds it out.
func me(client *gophercloud.ServiceClient) (*tokens.User, *tokens.Project) {
	result := tokens.Get(client, client.Token())
	who, err := result.ExtractUser()
	check("token", err)
	where, err := result.ExtractProject()
	check("token", err)
	return who, where
}

func applicationCredential(client *gophercloud.ServiceClient) {
	who, where := me(client)
	end := time.Date(2099, 2, 13, 12, 12, 12, 0, time.UTC)
	made, err := applicationcredentials.Create(client, who.ID, applicationcredentials.CreateOpts{
		Name: "tf-credential", Description: "first", Unrestricted: false, Secret: "tf-secret", ExpiresAt: &end,
		Roles:       []applicationcredentials.Role{{Name: "reader"}},
		AccessRules: []applicationcredentials.AccessRule{{Path: "/v3/*/volumes/**", Service: "volumev3", Method: "GET"}},
	}).Extract()
	check("create", err)
	same("secret", made.Secret, "tf-secret")
	read, err := applicationcredentials.Get(client, who.ID, made.ID).Extract()
	check("read", err)
	same("fields", []interface{}{read.Name, read.Description, read.ProjectID, read.Roles[0].Name, read.ExpiresAt.UTC(), read.Secret},
		[]interface{}{"tf-credential", "first", where.ID, "reader", end, ""})
	same("rules", []interface{}{len(read.AccessRules), read.AccessRules[0].Path, read.AccessRules[0].Method},
		[]interface{}{1, "/v3/*/volumes/**", "GET"})
	check("delete", applicationcredentials.Delete(client, who.ID, made.ID).ExtractErr())
	_, err = applicationcredentials.Get(client, who.ID, made.ID).Extract()
	gone("deleted", err)
}

func ec2Credential(client *gophercloud.ServiceClient) {
	who, where := me(client)
	made, err := ec2credentials.Create(client, who.ID, ec2credentials.CreateOpts{TenantID: where.ID}).Extract()
	check("create", err)
	same("owner", []string{made.UserID, made.TenantID, made.TrustID}, []string{who.ID, where.ID, ""})
	read, err := ec2credentials.Get(client, who.ID, made.Access).Extract()
	check("read", err)
	same("read", read, made)
	check("delete", ec2credentials.Delete(client, who.ID, made.Access).ExtractErr())
	_, err = ec2credentials.Get(client, who.ID, made.Access).Extract()
	gone("deleted", err)
}

func credential(client *gophercloud.ServiceClient) {
	who, where := me(client)
	made, err := credentials.Create(client, credentials.CreateOpts{
		Blob: `{"access":"go-key","secret":"s"}`, ProjectID: where.ID, Type: "ec2", UserID: who.ID,
	}).Extract()
	check("create", err)
	changed, err := credentials.Update(client, made.ID, credentials.UpdateOpts{Blob: `{"access":"go-key","secret":"t"}`}).Extract()
	check("update", err)
	read, err := credentials.Get(client, made.ID).Extract()
	check("read", err)
	same("read", read, changed)
	check("delete", credentials.Delete(client, made.ID).ExtractErr())
}
