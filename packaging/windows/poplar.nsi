; The Setup.exe, for NSIS: the same files and keys as poplar.wxs, for people who look for a Setup.exe.
; Mail and settings lie in %LOCALAPPDATA%\Poplar and are never touched.
Target amd64-unicode
ManifestDPIAware true
!include "MUI2.nsh"
Name "Poplar"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Poplar"
InstallDirRegKey HKCU "Software\Poplar" "Folder"
RequestExecutionLevel user
SetCompressor /SOLID lzma
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Poplar"
VIAddVersionKey "CompanyName" "The Poplar authors"
VIAddVersionKey "LegalCopyright" "The Poplar authors, MIT licence"
VIAddVersionKey "FileDescription" "Poplar Setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
!define MUI_ICON "${STAGE}/poplar.ico"
!define MUI_UNICON "${STAGE}/poplar.ico"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${STAGE}/side.bmp"
!define MUI_FINISHPAGE_RUN "$INSTDIR\poplar.exe"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"
LangString Running ${LANG_ENGLISH} "Poplar is running. Quit it (also in the notification area), then try again."
LangString Running ${LANG_SIMPCHINESE} "Poplar 正在运行。请先退出（包括通知区域里的图标），然后重试。"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Poplar"

; A program that runs cannot be replaced: the file is asked, not a list of processes.
!macro WaitForPoplar
  retry:
  IfFileExists "$INSTDIR\poplar.exe" 0 free
    ClearErrors
    FileOpen $0 "$INSTDIR\poplar.exe" a
    IfErrors 0 close
      IfSilent 0 ask
        SetErrorLevel 2
        Abort
      ask:
      MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(Running)" IDRETRY retry
      Abort
    close:
    FileClose $0
  free:
!macroend

Section
  !insertmacro WaitForPoplar
  SetOutPath "$INSTDIR"
  File "${STAGE}/poplar.exe"
  File "${STAGE}/LICENSE.txt"
  File "${STAGE}/licences.txt"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Poplar.lnk" "$INSTDIR\poplar.exe"

  WriteRegStr HKCU "Software\Poplar" "Folder" "$INSTDIR"
  WriteRegStr HKCU "Software\Classes\Poplar.mailto" "" "URL:mailto"
  WriteRegStr HKCU "Software\Classes\Poplar.mailto" "URL Protocol" ""
  WriteRegStr HKCU "Software\Classes\Poplar.mailto\DefaultIcon" "" "$INSTDIR\poplar.exe,0"
  WriteRegStr HKCU "Software\Classes\Poplar.mailto\shell\open\command" "" '"$INSTDIR\poplar.exe" "%1"'
  WriteRegStr HKCU "Software\Clients\Mail\Poplar" "" "Poplar"
  WriteRegStr HKCU "Software\Clients\Mail\Poplar\DefaultIcon" "" "$INSTDIR\poplar.exe,0"
  WriteRegStr HKCU "Software\Clients\Mail\Poplar\shell\open\command" "" '"$INSTDIR\poplar.exe"'
  WriteRegStr HKCU "Software\Clients\Mail\Poplar\Capabilities" "ApplicationName" "Poplar"
  WriteRegStr HKCU "Software\Clients\Mail\Poplar\Capabilities" "ApplicationDescription" "Mail that stays with you"
  WriteRegStr HKCU "Software\Clients\Mail\Poplar\Capabilities" "ApplicationIcon" "$INSTDIR\poplar.exe,0"
  WriteRegStr HKCU "Software\Clients\Mail\Poplar\Capabilities\StartMenu" "Mail" "Poplar"
  WriteRegStr HKCU "Software\Clients\Mail\Poplar\Capabilities\URLAssociations" "mailto" "Poplar.mailto"
  WriteRegStr HKCU "Software\RegisteredApplications" "Poplar" "Software\Clients\Mail\Poplar\Capabilities"

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Poplar"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\poplar.exe,0"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Poplar authors"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

Section "Uninstall"
  !insertmacro WaitForPoplar
  DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "Poplar"
  Delete "$INSTDIR\poplar.exe"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\licences.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Poplar.lnk"
  DeleteRegKey HKCU "Software\Classes\Poplar.mailto"
  DeleteRegKey HKCU "Software\Clients\Mail\Poplar"
  DeleteRegValue HKCU "Software\RegisteredApplications" "Poplar"
  DeleteRegKey HKCU "Software\Poplar"
  DeleteRegKey HKCU "${UNINSTALL}"
SectionEnd
