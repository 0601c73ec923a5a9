// The operations of [Actions]: the reference's pages of them and its list of the order in which
// IRIS carries them out. `needed`: "It only requires you to define …" on the operation's page.
#include <algorithm>
#include <vector>

#include "cpfmerge/model.h"
#include "supervisor/base/text.h"

namespace cpf {
namespace {

constexpr Operation operations[] = {
    {.name = "ConfigMirror"},
    {.name = "ConfigProduction", .needed = "Namespace|Path|Name"},
    {.name = "ConfigShardedCluster"},
    {.name = "CreateApplication", .needed = "Name"},
    {.name = "CreateComPort", .needed = "Name"},
    {.name = "CreateDatabase", .needed = "Name|Directory"},
    {.name = "CreateDatabaseFile"},
    {.name = "CreateDevice"},
    {.name = "CreateDeviceSubType"},
    {.name = "CreateDocDB"},
    {.name = "CreateECPServer"},
    {.name = "CreateEvent"},
    {.name = "CreateLDAPConfig"},
    {.name = "CreateLicenseServer"},
    {.name = "CreateMagTape"},
    {.name = "CreateMapGlobal"},
    {.name = "CreateMapPackage"},
    {.name = "CreateMapRoutine"},
    {.name = "CreateMirror"},
    {.name = "CreateNamespace"},
    {.name = "CreateOAuth2Client"},
    {.name = "CreateOAuth2Resource"},
    {.name = "CreateOAuth2Server"},
    {.name = "CreateOAuth2ServerClient"},
    {.name = "CreateOAuth2ServerDefinition"},
    {.name = "CreateResource"},
    {.name = "CreateRole"},
    {.name = "CreateSSLConfig"},
    {.name = "CreateServer"},
    {.name = "CreateSqlSysDatatype"},
    {.name = "CreateSqlUserDatatype"},
    {.name = "CreateUser"},
    {.name = "CreateWalletCollection"},
    {.name = "CreateWalletKeyValue"},
    {.name = "CreateWalletRSA"},
    {.name = "CreateWalletSymmetricKey"},
    {.name = "CreateWebAppPctAccess"},
    {.name = "CreateWorkQueue"},
    {.name = "DeleteApplication"},
    {.name = "DeleteComPort", .needed = "Name"},
    {.name = "DeleteDatabase", .needed = "Name|Directory"},
    {.name = "DeleteDatabaseFile"},
    {.name = "DeleteDevice"},
    {.name = "DeleteDeviceSubType"},
    {.name = "DeleteDocDB"},
    {.name = "DeleteECPServer"},
    {.name = "DeleteEvent"},
    {.name = "DeleteLDAPConfig"},
    {.name = "DeleteLicenseServer"},
    {.name = "DeleteMagTape"},
    {.name = "DeleteMapGlobal"},
    {.name = "DeleteMapPackage"},
    {.name = "DeleteMapRoutine"},
    {.name = "DeleteMirror"},
    {.name = "DeleteNamespace"},
    {.name = "DeleteOAuth2Client"},
    {.name = "DeleteOAuth2Resource"},
    {.name = "DeleteOAuth2Server"},
    {.name = "DeleteOAuth2ServerClient"},
    {.name = "DeleteOAuth2ServerDefinition"},
    {.name = "DeleteResource"},
    {.name = "DeleteRole"},
    {.name = "DeleteSSLConfig"},
    {.name = "DeleteServer"},
    {.name = "DeleteSqlSysDatatype"},
    {.name = "DeleteSqlUserDatatype"},
    {.name = "DeleteUser"},
    {.name = "DeleteWalletCollection"},
    {.name = "DeleteWalletKeyValue"},
    {.name = "DeleteWalletRSA"},
    {.name = "DeleteWalletSymmetricKey"},
    {.name = "DeleteWebAppPctAccess"},
    {.name = "DeleteWorkQueue"},
    {.name = "DiscoverOAuth2Server"},
    {.name = "Execute", .needed = "Namespace"},
    {.name = "GrantAdminPrivilege"},
    {.name = "GrantPrivilege"},
    {.name = "ImportLocale"},
    {.name = "InstallLocale"},
    {.name = "ModifyApplication", .needed = "Name"},
    {.name = "ModifyComPort"},
    {.name = "ModifyConfig"},
    {.name = "ModifyDatabase"},
    {.name = "ModifyDatabaseFile"},
    {.name = "ModifyDevice"},
    {.name = "ModifyDeviceSubType"},
    {.name = "ModifyDocDB"},
    {.name = "ModifyECP"},
    {.name = "ModifyECPServer"},
    {.name = "ModifyEvent"},
    {.name = "ModifyJournal"},
    {.name = "ModifyLDAPConfig"},
    {.name = "ModifyLicenseServer"},
    {.name = "ModifyLogging"},
    {.name = "ModifyMagTape"},
    {.name = "ModifyMapGlobal"},
    {.name = "ModifyMapPackage"},
    {.name = "ModifyMapRoutine"},
    {.name = "ModifyMirror"},
    {.name = "ModifyMirrorMember"},
    {.name = "ModifyMiscellaneous"},
    {.name = "ModifyMonitor"},
    {.name = "ModifyNamespace"},
    {.name = "ModifyOAuth2Client"},
    {.name = "ModifyOAuth2Resource"},
    {.name = "ModifyOAuth2Server"},
    {.name = "ModifyOAuth2ServerClient"},
    {.name = "ModifyOAuth2ServerDefinition"},
    {.name = "ModifyResource"},
    {.name = "ModifyRole"},
    {.name = "ModifySQL"},
    {.name = "ModifySSLConfig"},
    {.name = "ModifyServer"},
    {.name = "ModifyService"},
    {.name = "ModifySqlSysDatatype"},
    {.name = "ModifySqlUserDatatype"},
    {.name = "ModifyStartup"},
    {.name = "ModifySystem"},
    {.name = "ModifyUser"},
    {.name = "ModifyWalletCollection"},
    {.name = "ModifyWalletKeyValue"},
    {.name = "ModifyWalletRSA"},
    {.name = "ModifyWalletSymmetricKey"},
    {.name = "ModifyWebAppPctAccess"},
    {.name = "ModifyWorkQueue"},
    {.name = "RegisterOAuth2Client"},
    {.name = "RevokeAdminPrivilege"},
    {.name = "RevokePrivilege"},
};

}  // namespace

std::span<const Operation> all_operations() {
  return operations;
}

const Operation* find_operation(std::string_view name) {
  const auto found = std::find_if(
      std::begin(operations), std::end(operations),
      [name](const Operation& known) { return sup::equal_ignoring_case(known.name, name); });
  return found == std::end(operations) ? nullptr : found;
}

std::string_view nearest_operation(std::string_view name) {
  if (name.size() > 64) return {};
  std::vector<std::string_view> names;
  for (const Operation& known : operations)
    names.push_back(known.name);
  return sup::nearest(name, names);
}

}  // namespace cpf
